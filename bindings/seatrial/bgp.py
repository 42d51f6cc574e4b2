"""BGP messages between octets and dictionaries, as `seatrial bgp decode` and `encode` have them.

    from seatrial import bgp

    message = bgp.decode("ffffffffffffffffffffffffffffffff001304")     # {"type": "KEEPALIVE", "length": 19}
    assert bgp.encode(message) == bytes.fromhex("ffffffffffffffffffffffffffffffff001304")

Of a received message the dictionary also says what RFC 4271 and RFC 7606 make of it: `outcome` ("accept", ...), `reasons`, and the
NOTIFICATION of a reset. Its members are those of `seatrial bgp decode` (`models/bgp/json`).

Of all functions: `peer`: whom the message comes from, "ibgp" or "ebgp", which decides about LOCAL_PREF and others; `as2`: AS numbers
of 2 octets (a session without RFC 6793); `add_path`: families whose NLRI carry path identifiers (RFC 7911), as "AFI/SAFI", or
(AFI, SAFI); `extended`: messages of up to 65535 octets (RFC 8654). What is wrong is a ScenarioError with the command line's message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ._ask import ask
from .errors import ScenarioError

__all__ = ["decode", "decode_all", "encode", "encode_all"]

#: Hexadecimal digits (blanks, colons and "0x" between octets are passed over), or the octets.
Octets: TypeAlias = str | bytes | bytearray | memoryview
#: "1/1" (IPv4 unicast), or (1, 1).
Family: TypeAlias = str | tuple[int, int]

_LONGEST_WORD = 100_000  # of a command line


def decode(message: Octets, *, peer: str = "ibgp", as2: bool = False, add_path: Family | Iterable[Family] = (),
           extended: bool = False) -> dict[str, Any]:
    """One message. Octets of several are an error: `decode_all` takes them."""
    found = decode_all(message, peer=peer, as2=as2, add_path=add_path, extended=extended)
    if len(found) != 1:
        raise ScenarioError(f"error: {len(found)} messages, expected one (bgp.decode_all takes several)")
    return found[0]


def decode_all(messages: Octets | Iterable[Octets], *, peer: str = "ibgp", as2: bool = False,
               add_path: Family | Iterable[Family] = (), extended: bool = False) -> list[dict[str, Any]]:
    """All messages of a stream of octets, or of several such streams, in their order."""
    single = isinstance(messages, (str, bytes, bytearray, memoryview)) or not isinstance(messages, Iterable)
    lines = [_hexadecimal(one) for one in ([messages] if single else messages)]
    said = _ask("decode", lines, peer, as2, add_path, extended)
    return [json.loads(line) for line in said.splitlines()]


def encode(message: Mapping[str, Any], *, peer: str = "ibgp", as2: bool = False, add_path: Family | Iterable[Family] = (),
           extended: bool = False) -> bytes:
    """The octets of a message that `decode` could have returned; what decode says about it may be left out."""
    return encode_all([message], peer=peer, as2=as2, add_path=add_path, extended=extended)[0]


def encode_all(messages: Iterable[Mapping[str, Any]], *, peer: str = "ibgp", as2: bool = False,
               add_path: Family | Iterable[Family] = (), extended: bool = False) -> list[bytes]:
    """As `encode`, of several messages at once."""
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Iterable):
        raise ScenarioError(f"messages: error: {messages!r}, expected a list of what bgp.decode returns")
    lines = []
    for message in messages:
        if not isinstance(message, Mapping):
            raise ScenarioError(f"message: error: {message!r}, expected a mapping such as {{\"type\": \"KEEPALIVE\"}}")
        try:
            lines.append(json.dumps(dict(message), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise ScenarioError(f"message: error: {message!r} is no JSON ({error}), expected numbers, texts, lists") from error
    return [bytes.fromhex(line) for line in _ask("encode", lines, peer, as2, add_path, extended).splitlines()]


def _hexadecimal(message: object) -> str:
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message).hex()
    if not isinstance(message, str):
        raise ScenarioError(f"message: error: {message!r}, expected hexadecimal digits, or bytes")
    return " ".join(message.split())


def _ask(command: str, lines: Sequence[str], peer: str, as2: bool, add_path: object, extended: bool) -> str:
    lines = [line for line in lines if line]
    if not lines:
        raise ScenarioError("message: error: nothing is there, expected a message")
    if not isinstance(as2, bool) or not isinstance(extended, bool) or not isinstance(peer, str):
        raise ScenarioError(f"error: peer={peer!r}, as2={as2!r}, extended={extended!r}, expected \"ibgp\" or \"ebgp\", and True or False")
    options = [("--peer", peer), ("--as2", as2), ("--extended", extended), ("--add-path", _families(add_path))]
    if len(lines) == 1 and len(lines[0]) < _LONGEST_WORD:
        return ask(f"bgp {command}", options, lines)
    return ask(f"bgp {command}", options, ["-"], said="\n".join(lines) + "\n")


def _families(add_path: object) -> str | None:
    if isinstance(add_path, str) or isinstance(add_path, tuple) and len(add_path) == 2 and all(
            isinstance(one, int) for one in add_path):
        add_path = [add_path]
    if not isinstance(add_path, Iterable):
        raise ScenarioError(f"--add-path: error: {add_path!r}, expected families such as \"1/1\" (IPv4 unicast), or (1, 1)")
    words = ["/".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in add_path]
    return ",".join(words) or None
