"""Webhooks go to public hosts over https, and into no network that was not listed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from pricing_service.webhooks.targets import Rules, TargetRefused, is_allowed, parse_target, reachable

STRICT = Rules()
LISTED = Rules(networks=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")))

INSIDE = {
    "loopback": ["127.0.0.1", "127.9.9.9", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fd00::1", "fc00::1"],
    "shared": ["100.64.0.1", "100.127.255.255"],
    "link-local": ["169.254.1.1", "fe80::1", "fe80::1%eth0"],
    "site-local": ["fec0::1"],
    "multicast": ["224.0.0.1", "239.1.1.1", "ff02::1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "broadcast and reserved": ["255.255.255.255", "240.0.0.1", "192.0.0.8"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14"],
    "compatible": ["::127.0.0.1", "::7f00:1"],
    "translated": ["64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:4136:e378::1"],
    "metadata": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
}
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::5"]


@pytest.mark.parametrize("text", [text for family in INSIDE.values() for text in family])
def test_an_address_that_is_not_public_is_refused_however_it_comes(text: str) -> None:
    assert not is_allowed(ip_address(text), STRICT)
    with pytest.raises(TargetRefused):
        reachable(parse_target("https://name.example/", STRICT), STRICT, resolve=lambda *_: [text])
    if "%" not in text:
        host = f"[{text}]" if ":" in text else text
        with pytest.raises(TargetRefused):
            parse_target(f"https://{host}/", STRICT)


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_reached(text: str) -> None:
    target = parse_target("https://name.example/", STRICT)

    assert reachable(target, STRICT, resolve=lambda *_: [text]) == [text]


def test_one_address_inside_spoils_the_name() -> None:
    target = parse_target("https://name.example/", STRICT)

    with pytest.raises(TargetRefused, match=r"10\.0\.0\.1"):
        reachable(target, STRICT, resolve=lambda *_: ["93.184.215.14", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "http://name.example/",
        "ftp://name.example/",
        "file:///etc/passwd",
        "//name.example/",
        "https://",
        "https:///path",
        "https://user@name.example/",
        "https://user:password@name.example/",
        "https://@name.example/",
        "https://name.example:22/",
        "https://name.example:80/",
        "https://name.example:0/",
        "https://name.example:99999/",
        "https://name.example:x/",
        "https://name.example/#part",
        "https://name.example\\@10.0.0.1/",
        "https://name.example/a b",
        "https://name.example/\r\nhost: x",
        "https://nämé.example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://name.0x7f/",
        "https://[::1",
        "https://[v1.x]/",
        "https://a..example/",
        "https://-a.example/",
        "https://name.example/" + "a" * 2000,
    ],
)
def test_an_odd_address_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(TargetRefused):
        parse_target(url, STRICT)


@pytest.mark.parametrize(
    "url", ["https://name.example", "https://name.example:8443/a?b=c", "https://8.8.8.8/"]
)
def test_a_plain_address_is_taken(url: str) -> None:
    assert parse_target(url, STRICT).tls


def test_a_listed_network_may_be_reached_at_any_port_and_no_other() -> None:
    inside = parse_target("https://name.example:9000/", LISTED)

    assert reachable(inside, LISTED, resolve=lambda *_: ["10.1.2.3"]) == ["10.1.2.3"]
    for elsewhere in ("10.2.0.1", "127.0.0.1", "93.184.215.14"):
        with pytest.raises(TargetRefused):
            reachable(inside, LISTED, resolve=lambda *_, where=elsewhere: [where])
    with pytest.raises(TargetRefused):
        parse_target("http://10.1.2.3/", LISTED)


def test_dev_allows_http_and_any_port_but_no_network() -> None:
    dev = Rules(dev=True)

    assert not parse_target("http://name.example:8000/", dev).tls
    with pytest.raises(TargetRefused):
        parse_target("http://127.0.0.1:8000/", dev)
