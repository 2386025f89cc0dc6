"""Which address a request comes from, where proxies stand between."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ingest.errors import UserError
from ingest.language import message

Network = IPv4Network | IPv6Network
MOST_HOPS = 32
_IPV6_HOST_BITS = 64  # one subscriber has as many addresses as 64 bits count


class BadNetwork(UserError):
    """A configured network that is none."""


def networks_of(written: Sequence[str]) -> tuple[Network, ...]:
    """The networks that CIDR notation names.

    Raises:
        BadNetwork: one of them is none, or is everything.
    """
    networks = []
    for each in written:
        try:
            network = ip_network(each)
        except ValueError as error:
            raise BadNetwork(
                message("access.proxies 中的 {each} 不是网段，应形如 10.0.0.5 或 10.0.0.0/24", each=repr(each))
            ) from error
        if network.prefixlen == 0:
            raise BadNetwork(
                message(
                    "access.proxies 中的 {each} 包括所有地址，等于相信任何人；请写反向代理自己的地址", each=repr(each)
                )
            )
        networks.append(network)
    return tuple(networks)


def is_within(address: str, networks: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def address_of(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """The last address that no proxy of ours has: from the right of what X-Forwarded-For says, since what stands to the left of
    it is whatever a client wrote there.

    peer: at the other end of the connection. forwarded: the values of X-Forwarded-For, in the order of the headers.
    Of an IPv6 address its /64.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")][-MOST_HOPS:]
    address = peer
    while hops and is_within(address, proxies):
        if _parsed(hops[-1]) is None:
            break
        address = hops.pop()
    return _counted(address)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def _counted(address: str) -> str:
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 128 - _IPV6_HOST_BITS), strict=False).network_address)
    return str(parsed) if parsed is not None else address
