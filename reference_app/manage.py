#!/usr/bin/env python
"""Django's command line: `python manage.py COMMAND`."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name, on `core.settings` unless the environment says otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    # Imported late: Django must not be needed to read this file, and the settings must be named before.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
