"""What a load run leaves in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ci.loads.page import html


def keep(folder: Path, data: Mapping[str, Any]) -> str:
    """Write load.json and, made of it, load.html; returns why there is no page, nothing when there is one.

    A page that cannot be drawn takes nothing from the answer: the evidence is kept by then.
    """
    (folder / "load.json").write_text(json.dumps(data) + "\n")
    try:
        (folder / "load.html").write_text(html(data), encoding="utf-8")
    except Exception as error:  # noqa: BLE001 - as above
        return f"no page was made of {folder.name}/load.json: {type(error).__name__}: {error}"
    return ""
