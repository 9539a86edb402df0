# SPDX-License-Identifier: Apache-2.0
"""Judges with scapy what the load balancer's program made of packets.

Each line of standard input is a case in JSON; each line of standard output is what is wrong with it, or nothing. The
frame that has to come out is built anew by scapy, so that all lengths and checksums are scapy's; it knows nothing of the
Java tests but what the case says. dev.thresher.bpf.packets.ScapyTest is the other half.
"""
import ipaddress
import json
import sys

from scapy.layers.inet import ICMP, IP, UDP, IPerror
from scapy.layers.inet6 import (ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig, IPerror6, IPv6,
                                IPv6ExtHdrFragment)
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import NoPayload, Padding, Raw

OUTER_TTL = 64
SOURCES = (ipaddress.ip_network("172.16.0.0/16"), ipaddress.ip_network("100::/64"))
DERIVED = ("len", "plen", "chksum", "cksum")


class Wrong(Exception):
    """Why a case does not hold."""


def require(holds, reason):
    if not holds:
        raise Wrong(reason)


def ip_of(frame):
    last = frame
    while isinstance(last.payload, Dot1Q):
        last = last.payload
    require(isinstance(last.payload, (IP, IPv6)), "no IP packet in the frame")
    return last.payload


def ip_bytes(ip):
    """The packet as long as its header says, and what follows it."""
    raw = bytes(ip.original)
    length = 40 + ip.plen if isinstance(ip, IPv6) else ip.len
    require(length <= len(raw), "the IP header says %d bytes, the frame has %d" % (length, len(raw)))
    return raw[:length], raw[length:]


def rebuilt(ip):
    """The packet with its lengths and checksums computed by scapy; not of what was cut or quoted."""
    packet = ip.copy()
    layer = packet
    fragment = False
    while not isinstance(layer, (NoPayload, Raw, Padding, IPerror, IPerror6)) and not fragment:
        for name in DERIVED:
            kept = isinstance(layer, UDP) and (name == "len" or (name == "chksum" and layer.chksum == 0))
            if name in layer.fields and not kept:
                del layer.fields[name]
        fragment = (isinstance(layer, IP) and (layer.frag or layer.flags.MF)) or (
            isinstance(layer, IPv6ExtHdrFragment) and (layer.offset or layer.m))
        layer.raw_packet_cache = None
        layer = layer.payload
    return bytes(packet)


def dissected(raw):
    return IPv6(raw) if raw[0] >> 4 == 6 else IP(raw)


def require_sound(raw, what):
    require(rebuilt(dissected(raw)) == raw, "%s: scapy computes another length or checksum" % what)


def framed(frame, ethernet, packet, trailer):
    """A frame with the tags that the input has."""
    layers = ethernet
    tag = frame
    while isinstance(tag.payload, Dot1Q):
        tag = tag.payload
        layers = layers / type(tag)(prio=tag.prio, id=tag.id, vlan=tag.vlan)
    return bytes(layers / packet) + trailer


def leaving(case, frame, ethernet, packet, trailer):
    """A frame with the tag of the segment that it leaves to."""
    if case["vlan"] < 0 and case["outcome"] == "sent":
        return framed(frame, ethernet, packet, trailer)
    layers = ethernet / Dot1Q(vlan=case["vlan"]) if case["vlan"] > 0 else ethernet
    return bytes(layers / packet) + trailer


def outer_header(case, inner, out):
    ipv6 = ":" in case["real"]
    require(isinstance(out, IPv6 if ipv6 else IP), "the outer packet is of another family than the real server")
    gue = case["encapsulation"] == "GUE"
    inner_is_ipv6 = inner[0] >> 4 == 6
    tos = (inner[0] << 4 | inner[1] >> 4) & 0xff if inner_is_ipv6 else inner[1]
    protocol = 17 if gue else 41 if inner_is_ipv6 else 4
    require(any(ipaddress.ip_address(out.src) in net for net in SOURCES), "outer source " + out.src)
    if ipv6:
        outer = IPv6(src=out.src, dst=case["real"], tc=tos, fl=out.fl, hlim=OUTER_TTL, nh=protocol)
    else:
        outer = IP(src=out.src, dst=case["real"], tos=tos, id=0, ttl=OUTER_TTL, proto=protocol)
    if not gue:
        return outer
    require(UDP in out, "no UDP in the outer packet")
    checksum = None if ipv6 else 0
    return outer / UDP(sport=out[UDP].sport, dport=case["gue_port"], chksum=checksum)


def expect_sent(case, frame, output):
    inner, trailer = ip_bytes(ip_of(frame))
    require_sound(inner, "input")
    ethernet = Ether(dst=case["next_hop"], src=case["own"])
    if case["encapsulation"] == "L2":
        return leaving(case, frame, ethernet, dissected(inner), trailer)
    return leaving(case, frame, ethernet, outer_header(case, inner, ip_of(output)) / Raw(inner), trailer)


def expect_echo_reply(case, frame, output):
    request = ip_of(frame)
    raw, trailer = ip_bytes(request)
    require_sound(raw, "input")
    if isinstance(request, IPv6):
        echo = request[ICMPv6EchoRequest]
        reply = IPv6(src=request.dst, dst=request.src, tc=request.tc, fl=request.fl, hlim=OUTER_TTL)
        reply = reply / ICMPv6EchoReply(id=echo.id, seq=echo.seq, data=echo.data)
    else:
        echo = request[ICMP]
        data = raw[request.ihl * 4 + 8:]
        reply = IP(src=request.dst, dst=request.src, tos=request.tos, id=request.id, flags=request.flags,
                   ttl=OUTER_TTL, options=request.options)
        reply = reply / ICMP(type=0, id=echo.id, seq=echo.seq) / Raw(data)
        # A sum of zero has two checksums, both right, unless all that is summed is zero.
        answered = ip_of(output)
        if ICMP in answered and answered[ICMP].chksum == 0xffff and IP(bytes(reply))[ICMP].chksum == 0:
            reply[ICMP].chksum = 0xffff
    return framed(frame, Ether(dst=frame.src, src=frame.dst), reply, trailer)


def expect_too_big(case, frame, output):
    lost = ip_of(frame)
    raw, _ = ip_bytes(lost)
    require_sound(raw, "input")
    out = ip_of(output)
    require(type(out) is type(lost), "the answer is of another family")
    quoted = len(out.original) - (48 if isinstance(out, IPv6) else 28)
    require(quoted >= 28, "quotes only %d bytes" % quoted)
    if isinstance(lost, IPv6):
        answer = IPv6(src=lost.dst, dst=lost.src, tc=out.tc, fl=out.fl, hlim=OUTER_TTL)
        answer = answer / ICMPv6PacketTooBig(mtu=case["mtu"]) / Raw(raw[:quoted])
    else:
        answer = IP(src=lost.dst, dst=lost.src, tos=out.tos, id=out.id, flags=out.flags, ttl=OUTER_TTL)
        answer = answer / ICMP(type=3, code=4, nexthopmtu=case["mtu"]) / Raw(raw[:quoted])
    return framed(frame, Ether(dst=frame.src, src=frame.dst), answer, b"")


EXPECTATIONS = {
    "sent": ("TX", expect_sent),
    "redirected": ("REDIRECT", expect_sent),
    "echo_reply": ("TX", expect_echo_reply),
    "too_big": ("TX", expect_too_big),
    "passed": ("PASS", lambda case, frame, output: bytes(frame.original)),
    "dropped": ("DROP", lambda case, frame, output: bytes(output.original)),
}


def judge(case):
    verdict, expectation = EXPECTATIONS[case["outcome"]]
    require(case["verdict"] == verdict, "verdict %s instead of %s" % (case["verdict"], verdict))
    frame = Ether(bytes.fromhex(case["input"]))
    output = Ether(bytes.fromhex(case["output"]))
    expected = expectation(case, frame, output)
    if expected != bytes(output.original):
        raise Wrong("scapy expects %s, not %s" % (expected.hex(), case["output"]))


def complaint(line):
    try:
        judge(json.loads(line))
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:  # a frame that scapy cannot take apart is as wrong as can be
        return "%s: %s" % (type(error).__name__, error)
    return ""


def main():
    for line in sys.stdin:
        print(complaint(line).replace("\n", " "))


if __name__ == "__main__":
    main()
