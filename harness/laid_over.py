"""A team's own settings, laid over the app: Celery's under their own names, the database's behind `database.`."""

from collections.abc import Mapping
from typing import Any

URL = "database.url"
CONN_MAX_AGE = "database.conn_max_age"
PARAMETERS = "DATABASE_PARAMETERS"  # known to the harness alone: what each database's URL is to have behind its ?


def celery(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those that Celery takes."""
    return {name: value for name, value in settings.items() if name not in (URL, CONN_MAX_AGE)}


def environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables that the others become."""
    said = {PARAMETERS: settings.get(URL, "").partition("?")[2]}
    said |= {"DATABASE_CONN_MAX_AGE": str(settings[CONN_MAX_AGE])} if CONN_MAX_AGE in settings else {}
    return {name: value for name, value in said.items() if value}


def with_parameters(url: str, parameters: str) -> str:
    """A PostgreSQL URL with these parameters behind its question mark, unless it says another value itself."""
    if not url.startswith("postgresql:"):
        return url
    has = {name.partition("=")[0] for name in url.partition("?")[2].split("&")}
    added = [one for one in parameters.split("&") if one and one.partition("=")[0] not in has]
    return "".join((url, "&" if "?" in url else "?", "&".join(added))) if added else url


def without_parameters(url: str, parameters: str) -> str:
    """The URL that with_parameters was given."""
    return url.removesuffix(parameters)[:-1] if parameters and url.endswith(parameters) else url
