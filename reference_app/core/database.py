"""Turn a database URL into one entry of Django's DATABASES.

    sqlite:///name.sqlite3                                a file beside manage.py
    sqlite:////var/lib/app/name.sqlite3                   a file anywhere (four slashes)
    sqlite:///:memory:
    postgresql://user:password@host:5432/name             over TCP
    postgresql:///name?host=/run/postgresql&user=x&port=n over a unix socket

Every part may be percent-encoded. What PostgreSQL's own library understands after the question mark
(sslmode, connect_timeout, ...) is handed on to it. An error never quotes the URL: it holds a password.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Seconds that a SQLite writer waits for another process's lock. The sqlite3 module's own 5 s are short for a
# web and several worker processes that share one file.
SQLITE_BUSY_SECONDS = 20
# Seconds to wait for PostgreSQL to answer a connection attempt. Its own default is for ever, which would
# leave /healthz silent about a frozen server.
POSTGRESQL_CONNECT_SECONDS = 5


def database_from_url(url: str, base_dir: Path, conn_max_age: int) -> dict[str, Any]:
    """Return the DATABASES entry that a URL describes.

    In: the URL; the folder that a relative SQLite path starts from; for how many seconds a connection may be
    kept for the next request (0: not at all). Raises ImproperlyConfigured, in words, for a URL that says
    something else than the module's docstring.
    """
    url = url.strip()
    scheme = url.partition("://")[0]
    if scheme not in ("sqlite", "postgresql", "postgres"):
        raise _nonsense("it must start with sqlite:// or postgresql://")
    parts = _split(url)
    entry = _sqlite(parts, base_dir) if scheme == "sqlite" else _postgresql(parts)
    return {**entry, "CONN_MAX_AGE": conn_max_age}


def _split(url: str) -> SplitResult:
    """Cut the URL into its parts; a part that Python cannot read is refused here, once for all."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        # The cause is dropped: it quotes what stands where the port should, often a piece of the password.
        raise _nonsense("the host or the port cannot be read; write / : @ ? # in a password as %2F ...") from None
    if parts.fragment or url.endswith("#"):
        raise _nonsense("a # must be written as %23")
    return parts


def _sqlite(parts: SplitResult, base_dir: Path) -> dict[str, Any]:
    """Return the entry of a SQLite file."""
    name = _decode(parts.path.removeprefix("/"))
    if parts.netloc or parts.query:
        raise _nonsense("SQLite takes a path and nothing else: sqlite:///relative or sqlite:////absolute")
    if not name:
        raise _nonsense("the path of the SQLite file is missing")
    # From a fixed folder, not from the current one: the web and the worker must meet in the same file.
    place = name if name == ":memory:" else str(base_dir / name)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": place,
        "OPTIONS": {"timeout": SQLITE_BUSY_SECONDS},
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    """Return the entry of a PostgreSQL database."""
    said = _merge(_authority(parts), _query(parts.query))
    if not said.get("dbname"):
        raise _nonsense("the name of the PostgreSQL database is missing")
    known = {key: said.pop(key, "") for key in ("dbname", "user", "password", "host", "port")}
    if known["port"] and not (known["port"].isascii() and known["port"].isdecimal()):
        raise _nonsense("the port must be a number")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known["dbname"],
        **{key.upper(): known[key] for key in ("user", "password", "host", "port")},
        "OPTIONS": {"connect_timeout": POSTGRESQL_CONNECT_SECONDS, **said},
    }


def _authority(parts: SplitResult) -> dict[str, str]:
    """Return what stands before the question mark, under the names that PostgreSQL uses after it."""
    if "/" in parts.path.removeprefix("/"):
        raise _nonsense("more than one / after the host; the folder of a unix socket goes into ?host=")
    return {
        "user": _decode(parts.username or ""),
        "password": _decode(parts.password or ""),
        "host": _decode(_host(parts)),
        "port": str(parts.port or ""),
        "dbname": _decode(parts.path.removeprefix("/")),
    }


def _host(parts: SplitResult) -> str:
    """Return the host as it was written: `parts.hostname` is lower-cased, which spoils a socket's folder."""
    written = parts.netloc.rpartition("@")[2]
    return (parts.hostname or "") if written.startswith("[") else written.partition(":")[0]


def _query(query: str) -> dict[str, str]:
    """Return the pairs after the question mark. Unlike a form's, their + is a + and not a blank."""
    said: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if not (name.isidentifier() and value) or name in said:
            raise _nonsense("after the ? come name=value pairs, each name once, joined by &")
        said[name] = _decode(value)
    return said


def _merge(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Join what both places say; a thing said in both has no one meaning and is refused."""
    present = {key: value for key, value in first.items() if value}
    twice = sorted(present.keys() & second.keys())
    if twice:
        raise _nonsense(f"{', '.join(twice)} is said both before and after the ?")
    return {**present, **second}


def _decode(part: str) -> str:
    """Undo the percent-encoding of one part."""
    try:
        plain = unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise _nonsense("a percent-encoded part is not UTF-8") from None
    if "\x00" in plain:
        raise _nonsense("no part can hold a %00")
    return plain


def _nonsense(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"DATABASE_URL cannot be used: {why}.")
