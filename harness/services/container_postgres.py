"""PostgreSQL in a container."""

import os
import secrets
from urllib.parse import quote

from harness.reaper import Reaper
from harness.services.containers import ContainerService
from harness.services.managed_postgres import MAX_CONNECTIONS, USER, ManagedPostgres


class ContainerPostgres(ContainerService, ManagedPostgres):
    """The PostgreSQL of the image PREFLIGHT_POSTGRES_IMAGE, with a password of its own."""

    port_inside = 5432

    def __init__(self, reaper: Reaper) -> None:
        super().__init__(reaper, os.environ.get("PREFLIGHT_POSTGRES_IMAGE", "postgres:16"), "postgres")
        self._password = secrets.token_hex(16)

    def _url(self, database: str) -> str:
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port.number}/{quote(database)}"

    def _environment(self) -> dict[str, str]:
        return {"POSTGRES_USER": USER, "POSTGRES_PASSWORD": self._password, "POSTGRES_DB": USER}

    def _command(self) -> list[str]:
        return ["postgres", "-c", "fsync=off", "-c", f"max_connections={MAX_CONNECTIONS}"]
