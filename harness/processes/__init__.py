"""Real processes of a stack: worker, beat, web server and manage.py, ready when they are, gone when they should be.

Runs in the project environment and inside stacks (Python 3.10 on, standard library only).
"""
