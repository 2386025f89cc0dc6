"""What this process tries to reach beyond this machine, seen by Python's audit events (PEP 578), and refused.

Sockets that native code opens by itself are not seen; `unshare -n` shows what they would do.
"""

import socket
import sys
from ipaddress import ip_address
from typing import Any

_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class Attempt(OSError):
    """A connection, or the look-up of a name, beyond this machine; it did not happen."""


def refuse_egress() -> list[str]:
    """From now on for as long as the process lives. Returns the list that each attempt is put into, as host or host:port."""
    attempts: list[str] = []

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name not in _CONNECTING and name not in _NAMING:
            return
        where = _beyond(name, arguments)
        if where is not None:
            attempts.append(where)
            raise Attempt(f"{where}: no address beyond this machine may be reached")

    sys.addaudithook(hook)
    return attempts


def _beyond(name: str, arguments: tuple[Any, ...]) -> str | None:
    if name in _NAMING:
        return None if _is_here(arguments[0]) else _shown(arguments[0])
    connection, address = arguments[0], arguments[1]
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return None  # of this machine, such as a UNIX socket; or of a connection that was let through before
    return None if _is_here(address[0]) else f"{_shown(address[0])}:{address[1]}"


def _is_here(host: object) -> bool:
    if host is None or host in ("", b""):
        return True
    text = _shown(host)
    if text.lower() == "localhost":
        return True
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text == socket.gethostname()
    return address.is_loopback or address.is_unspecified


def _shown(host: object) -> str:
    return host.decode("latin-1") if isinstance(host, bytes) else str(host)
