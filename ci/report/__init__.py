"""The report of a run: report.html and summary.md, made of the run's folder and of nothing else."""
