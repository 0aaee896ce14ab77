"""The container engine's interface over its unix socket, for the little that is asked without a library.

Standard library only: the guardian cleans up with it, whatever has become of the environment around it.
"""

import http.client
import json
import os
import socket
from urllib.parse import quote

DEFAULT_ADDRESS = "unix:///var/run/docker.sock"
CONNECT_SECONDS = 0.3
REMOVE_SECONDS = 60


def address() -> str:
    """Where the container engine is, or would be: DOCKER_HOST, as Docker's own clients have it."""
    return os.environ.get("DOCKER_HOST") or DEFAULT_ADDRESS


def redis_image() -> str:
    """The image that every Redis in a container is made from: PREFLIGHT_REDIS_IMAGE, or the public one."""
    return os.environ.get("PREFLIGHT_REDIS_IMAGE") or "redis:7.2"


def request(method: str, path: str, timeout: float) -> tuple[int, bytes]:
    """Ask the engine; returns its HTTP status and answer. `timeout` in seconds is for each step of an answer.

    Raises OSError when there is no engine or it hangs, http.client.HTTPException when it talks nonsense.
    """
    connection = _Connection("engine", timeout=timeout)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def remove_containers(label: str) -> None:
    """Remove the containers with this label ("name=value"), running or not, with their volumes, and the networks.

    Raises as above.
    """
    filters = quote(json.dumps({"label": [label]}))
    _, listed = request("GET", f"/containers/json?all=true&filters={filters}", REMOVE_SECONDS)
    for container in json.loads(listed):
        request("DELETE", f"/containers/{container['Id']}?force=true&v=true", REMOVE_SECONDS)
    _, listed = request("GET", f"/networks?filters={filters}", REMOVE_SECONDS)
    for network in json.loads(listed):  # after what is connected to them
        request("DELETE", f"/networks/{network['Id']}", REMOVE_SECONDS)


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(CONNECT_SECONDS)
        self.sock.connect(address().partition("://")[2])
        self.sock.settimeout(self.timeout)
