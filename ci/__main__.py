"""Started by ci/preflight from any folder, or as `python -m ci` from the checkout."""

import sys
from pathlib import Path

# The checkout, not this folder and not the caller's: a `ci` package there must not shadow ours.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from ci.door import main  # noqa: E402 - only now can it be found

main()
