"""Runs gunicorn, from a folder behind the stack's own packages, on the stack's app.

Usage: launch_web.py FOLDER_OF_GUNICORN ARGUMENT...   (an empty first argument: gunicorn is one of the stack's pins)
The file to report to is in PREFLIGHT_REPORT, for the hook in gunicorn_hooks.py.
"""

import sys

import preflight_report  # noqa: F401 - loaded while its folder is on the path; the hook takes it from here


def main() -> None:
    """Hand over to gunicorn with the app's folder, not ours, first on the module path."""
    folder, *arguments = sys.argv[1:]
    sys.argv = ["gunicorn", *arguments]
    sys.path[0] = ""
    if folder:
        sys.path.append(folder)
    from gunicorn.app.wsgiapp import run  # noqa: PLC0415 - only now can it be found

    run()


main()
