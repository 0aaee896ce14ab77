"""Runs pytest inside a stack, with the test tools laid behind the stack's own packages.

Usage: launch_pytest.py FOLDER_OF_TOOLS ARGUMENT...
"""

import sys


def main() -> None:
    """Put the tools last on the module path, so that they can add packages but never replace one."""
    tools, *arguments = sys.argv[1:]
    sys.path[0] = ""
    sys.path.append(tools)
    import pytest  # noqa: PLC0415 - only now can it be found

    sys.exit(pytest.main(arguments))


if __name__ == "__main__":
    main()
