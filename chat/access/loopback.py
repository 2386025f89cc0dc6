"""Who sits at this machine: one rule for whom it admits and for who may change the reports."""

import re
from collections.abc import Mapping
from ipaddress import ip_address

from starlette.datastructures import Headers

from chat.access.caller import LOCAL, Caller

_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)
_PASSED_ON = ("forwarded", "x-real-ip", "via")


def is_loopback(address: str) -> bool:
    """Whether an address, or the name of this machine for itself, is reached from this machine alone."""
    if address.lower() == "localhost":
        return True
    try:
        parsed = ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def at_this_machine(client: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine, calls the service by a loopback name, and did not come through a proxy,
    behind which everybody looks like this machine.

    client: the address that it came from. headers: by names in lower case.
    """
    return (
        is_loopback(client)
        and client != "localhost"
        and _LOOPBACK.fullmatch(headers.get("host", "")) is not None
        and not any(name in _PASSED_ON or name.startswith("x-forwarded-") for name in headers)
    )


class Loopback:
    """The way of who sits at this machine."""

    def caller(self, headers: Headers, client: str) -> Caller | None:
        return LOCAL if at_this_machine(client, headers) else None
