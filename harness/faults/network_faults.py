"""What is done to the network between a worker and its Redis, by a proxy of ours that the worker connects to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from harness.faults.fault import Fault
from harness.faults.proxy import Proxy

SLOW_SECONDS = 0.3  # for each answer; a healthy one takes a thousandth of that


@contextmanager
def slow(proxy: Proxy) -> Iterator[None]:
    """REDIS_SLOW."""
    proxy.delay(SLOW_SECONDS)
    try:
        yield
    finally:
        proxy.delay(0)


@contextmanager
def parted(proxy: Proxy) -> Iterator[None]:
    """PARTITION."""
    proxy.silence()
    try:
        yield
    finally:
        proxy.heal()


OF_NETWORK: dict[Fault, Callable[[Proxy], AbstractContextManager[None]]] = {
    Fault.REDIS_SLOW: slow,
    Fault.PARTITION: parted,
}
