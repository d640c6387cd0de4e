"""Targets: which addresses a webhook may reach, so that nobody sends our requests into our own network.

An address is checked twice. `parse_target` checks what is written, when it is stored. `reachable` checks what its name
resolves to, when it is sent to: the name is resolved once, and the connection goes to the very addresses that were
checked, so a name that answers differently a moment later changes nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

LONGEST_URL = 2000
_PORTS = (443, 8443)
_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# `is_global` lets these through. Translated and tunnelled addresses hide an IPv4 address inside; the last two are hosts
# of clouds' metadata with a public or a shared address.
_PUBLIC_V6 = IPv6Network("2000::/3")
_NEVER = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "100.64.0.0/10",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "168.63.129.16/32",
        "100.100.100.200/32",
    )
)


class TargetRefused(Exception):
    """A webhook may not go there; the message says why."""


@dataclass(frozen=True)
class Rules:
    """What an installation allows.

    Parameters
    ----------
    networks
        Networks that may be reached though they are not public, at any port.
    dev
        Whether http and any port are allowed, as on a developer's own machine.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    dev: bool = False


@dataclass(frozen=True)
class Target:
    """An address as written."""

    tls: bool
    host: str
    port: int
    path: str


def parse_target(url: str, rules: Rules) -> Target:
    """Check an address as it is written.

    Raises
    ------
    TargetRefused
        If it is not https (outside dev), carries a user or a password, or names a host or a port that is refused.

    Examples
    --------
    >>> parse_target("https://hooks.example.com/pricing?team=a", Rules())
    Target(tls=True, host='hooks.example.com', port=443, path='/pricing?team=a')
    """
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        raise TargetRefused(f"an address has up to {LONGEST_URL} visible ASCII characters and no backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused(f"this is no address: {error}") from error
    if parts.scheme != "https" and not (rules.dev and parts.scheme == "http"):
        raise TargetRefused("the address must begin with https://")
    if "[" in parts.netloc and ":" not in (parts.hostname or ""):
        raise TargetRefused("square brackets hold an IPv6 address")
    if "@" in parts.netloc:
        raise TargetRefused("the address must not carry a user or a password")
    if parts.fragment:
        raise TargetRefused("the address must not carry a fragment (#…)")
    tls = parts.scheme == "https"
    target = Target(
        tls,
        _host(parts.hostname or "", rules),
        (443 if tls else 80) if port is None else port,
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    if not rules.networks:
        _check_port(target, rules)
    return target


def reachable(target: Target, rules: Rules, *, resolve: Resolver | None = None) -> list[str]:
    """Resolve a target's name, once, and give the addresses that may be connected to.

    Raises
    ------
    TargetRefused
        If any of the addresses is refused: a name that points inside at times is not to be trusted.
    OSError
        If the name cannot be resolved.
    """
    found = (resolve or system_resolver)(target.host, target.port)
    addresses = [ip_address(text) for text in found]
    refused = [address for address in addresses if not is_allowed(address, rules)]
    if refused:
        raise TargetRefused(f"{target.host} leads to {refused[0]}, which is not a public address")
    if not all(_listed(address, rules) for address in addresses):
        _check_port(target, rules)
    return [str(address) for address in addresses]


def is_allowed(address: Address, rules: Rules) -> bool:
    """Whether a webhook may reach an address: public and plain, or in a listed network.

    Examples
    --------
    >>> [is_allowed(ip_address(text), Rules()) for text in ("93.184.215.14", "10.0.0.1", "::ffff:8.8.8.8")]
    [True, False, False]
    """
    if _listed(address, rules):
        return True
    # Mapped, translated (NAT64) and site-local addresses lie outside of what is public in IPv6.
    if address.version == 6 and (address.scope_id is not None or address not in _PUBLIC_V6):
        return False
    if any(address in network for network in _NEVER):
        return False
    special = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
    )
    return address.is_global and not any(special)


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system for a name's addresses, in its order of preference."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


def _host(host: str, rules: Rules) -> str:
    """Check the host: an address that may be reached, or a plain name."""
    try:
        address = ip_address(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        # `127.1`, `0x7f000001` and `2130706433` are addresses too, in the eyes of the system's resolver.
        if not _NAME.fullmatch(host.removesuffix(".")) or _NUMBER.fullmatch(last):
            raise TargetRefused("the address must name a host, in ASCII") from None
        return host
    if not is_allowed(address, rules):
        raise TargetRefused(f"{address} is not a public address")
    return host


def _check_port(target: Target, rules: Rules) -> None:
    if not rules.dev and target.port not in _PORTS:
        raise TargetRefused(f"the port must be {' or '.join(str(port) for port in _PORTS)}")
    if target.port == 0:
        raise TargetRefused("there is no port 0")


def _listed(address: Address, rules: Rules) -> bool:
    return any(address in network for network in rules.networks)
