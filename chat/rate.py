"""So much a minute from one address, and when there may be more.

Kept in memory: a service that begins anew has forgotten who was quick, and two processes count for themselves.
"""

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
_MOST_ADDRESSES = 10_000


class RateLimit:
    """At most `most` a window from each address, in any window of that length."""

    def __init__(
        self, most: int, *, window_seconds: float = WINDOW_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window = window_seconds
        self._clock = clock
        self._admitted: dict[str, deque[float]] = {}  # the latest of each, oldest first
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """0 where one more is let in, and counted; else the whole seconds until one may be."""
        place = _network(address)
        with self._lock:
            now = self._clock()
            self._forget_idle(now)
            times = self._admitted.setdefault(place, deque(maxlen=self._most))
            if len(times) == self._most and now - times[0] < self._window:
                return math.ceil(times[0] + self._window - now)
            times.append(now)
            return 0

    def _forget_idle(self, now: float) -> None:
        """Those who gave nothing for a window, once there are many."""
        if len(self._admitted) >= _MOST_ADDRESSES:
            self._admitted = {place: times for place, times in self._admitted.items() if now - times[-1] < self._window}


def _network(address: str) -> str:
    """The address; of IPv6 the /64, since one household may take any address of it."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a unix socket, or a test
        return address
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
