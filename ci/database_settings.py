"""How a team's app connects to its database: what of DATABASE_URL and CONN_MAX_AGE can be laid over the reference app.

The server, its name and its users are the gate's own. What a URL says about the connections themselves, behind its
question mark (PostgreSQL documentation, "Parameter Key Words"), and how long Django keeps one are the team's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.errors import UsageError
from harness.laid_over import CONN_MAX_AGE, URL

OWN_SERVERS = "the gate starts servers of its own and never touches yours"
OF_THE_SERVER = ("host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "servicefile")
TLS = ("ssl", "channel_binding", "require_auth", "gss", "krb")


def database_settings(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """The table [database] of a file, under the names of harness.laid_over. Raises UsageError for what cannot be."""
    known = {"url": (_wrong_url, URL), "conn_max_age": (_wrong_age, CONN_MAX_AGE)}
    for name, value in table.items():
        if name not in known:
            raise UsageError(f"{path}: [database] has url and conn_max_age, no {name!r}")
        if wrong := known[name][0](value):
            raise UsageError(f"{path}: {name} {wrong}")
    return {known[name][1]: value for name, value in table.items()}


def _wrong_age(value: Any) -> str:
    """What is wrong, as the rest of a sentence; never with the URL in it, which may hold a password."""
    fine = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if fine else "must be a whole number of seconds, 0 or more"


def _wrong_url(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("postgresql:", "postgres:")):
        return "must start with postgresql://: that is what the scenarios run on"
    from psycopg import ProgrammingError  # noqa: PLC0415 - no other sub-command or file of settings has to wait for it
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - as above

    try:
        parts, said = urlsplit(value), conninfo_to_dict(value)
    except (ValueError, ProgrammingError):
        return "is no URL that PostgreSQL takes: it should read like postgresql:///?application_name=shop"
    if parts.netloc or parts.path.strip("/") or parts.fragment or any(one in said for one in OF_THE_SERVER):
        return f"may only have parameters of the connection, behind ///?: {OWN_SERVERS}"
    secure = [name for name in said if name.startswith(TLS)]
    return f"asks for {secure[0]}: the gate's servers speak no TLS" if secure else ""
