"""What a load run leaves in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ci.loads.page import html


def keep(folder: Path, data: Mapping[str, Any]) -> None:
    """Write load.json and, made of it, load.html."""
    (folder / "load.json").write_text(json.dumps(data) + "\n")
    (folder / "load.html").write_text(html(data), encoding="utf-8")
