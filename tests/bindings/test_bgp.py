"""seatrial.bgp: messages as the command line decodes and encodes them."""

import json
import subprocess

import pytest
import seatrial
from seatrial import bgp
from seatrial._program import program

MARKER = "ff" * 16
# RFC 4271 section 4.4: a header of type 4 alone.
KEEPALIVE = MARKER + "001304"
# Section 4.3: ORIGIN IGP, AS_PATH (65001), NEXT_HOP 10.0.0.1, LOCAL_PREF 200, 203.0.113.0/24.
UPDATE = MARKER + "0036" + "02" + "0000" + "001b" + (
    "40010100" + "400206" + "02010000fde9" + "4003040a000001" + "400504000000c8") + "18cb0071"


def command_line(*words, said=None):
    return subprocess.run([program(), "bgp", *words], input=said, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("octets", [KEEPALIVE, KEEPALIVE.upper(), bytes.fromhex(KEEPALIVE), bytearray.fromhex(KEEPALIVE),
                                    memoryview(bytes.fromhex(KEEPALIVE)), " ".join(KEEPALIVE[i:i + 2] for i in range(0, 38, 2)) + "\n"])
def test_octets_in_any_form(octets):
    assert bgp.decode(octets) == {"type": "KEEPALIVE", "length": 19}


def test_it_is_what_the_command_line_says():
    message = bgp.decode(UPDATE)
    assert message == json.loads(command_line("decode", UPDATE).stdout)
    assert "203.0.113.0/24" in json.dumps(message)
    assert bgp.encode(message) == bytes.fromhex(UPDATE)
    assert bgp.encode({"type": "KEEPALIVE"}) == bytes.fromhex(KEEPALIVE)


def test_the_peer_decides():
    # RFC 4271 section 5.1.5 and RFC 7606 section 7.5: LOCAL_PREF of an external peer is discarded.
    assert bgp.decode(UPDATE, peer="ebgp") == json.loads(command_line("decode", "--peer", "ebgp", UPDATE).stdout)
    assert bgp.decode(UPDATE, peer="ebgp") != bgp.decode(UPDATE, peer="ibgp")


def test_path_identifiers_and_short_as_numbers():
    # RFC 7911 section 3: four octets of identifier before each prefix; RFC 6793: 2 octets an AS number.
    body = "40010100" + "400204" + "0201fde9" + "4003040a000001" + "400504000000c8"
    update = MARKER + "0038" + "02" + "0000" + "0019" + body + "00000007" + "18cb0071"
    for family in ("1/1", (1, 1), ["1/1"], [(1, 1), (2, 1)]):
        message = bgp.decode(update, as2=True, add_path=family)
        assert "203.0.113.0/24" in json.dumps(message) and message == json.loads(
            command_line("decode", "--as2", "--add-path", "1/1", update).stdout)
    assert bgp.encode(message, as2=True, add_path="1/1") == bytes.fromhex(update)


def test_many_at_once():
    stream = KEEPALIVE + UPDATE
    assert [one["type"] for one in bgp.decode_all(stream)] == ["KEEPALIVE", "UPDATE"]
    many = bgp.decode_all([UPDATE] * 3000)
    assert len(many) == 3000 and bgp.encode_all(many) == [bytes.fromhex(UPDATE)] * 3000
    with pytest.raises(seatrial.ScenarioError, match="2 messages, expected one"):
        bgp.decode(stream)


def test_a_long_message():
    # RFC 8654: 65535 octets; more than a word of a command line holds, as digits.
    message = {"type": "NOTIFICATION", "code": 6, "subcode": 2, "data": "ab" * 65000}
    octets = bgp.encode(message, extended=True)
    assert len(octets) == 19 + 2 + 65000
    assert bgp.decode(octets, extended=True)["length"] == len(octets)
    with pytest.raises(seatrial.ScenarioError):
        bgp.encode(message)


@pytest.mark.parametrize("wrong", [
    lambda: bgp.decode("zz"), lambda: bgp.decode(""), lambda: bgp.decode(b""), lambda: bgp.decode("ff"), lambda: bgp.decode(None),
    lambda: bgp.decode(5), lambda: bgp.decode([]), lambda: bgp.decode([None]), lambda: bgp.decode("☃"), lambda: bgp.decode("--help"),
    lambda: bgp.decode(KEEPALIVE, peer="friend"), lambda: bgp.decode(KEEPALIVE, peer=None), lambda: bgp.decode(KEEPALIVE, as2=1),
    lambda: bgp.decode(KEEPALIVE, add_path="x"), lambda: bgp.decode(KEEPALIVE, add_path=5), lambda: bgp.decode(KEEPALIVE, add_path=[None]),
    lambda: bgp.decode(KEEPALIVE + "ff"), lambda: bgp.encode(None), lambda: bgp.encode({}), lambda: bgp.encode({"type": "HELLO"}),
    lambda: bgp.encode({"type": "UPDATE", "nlri": object()}), lambda: bgp.encode({"type": float("nan")}), lambda: bgp.encode("x"),
    lambda: bgp.encode_all([{"type": "KEEPALIVE"}, 5]), lambda: bgp.encode_all(KEEPALIVE), lambda: bgp.decode("a\0b")])
def test_wrong_arguments_raise_scenario_error(wrong):
    with pytest.raises(seatrial.ScenarioError):
        wrong()


def test_the_message_is_the_command_lines():
    for octets in ("zz", "ff" * 5, KEEPALIVE[:-1] + "x"):
        with pytest.raises(seatrial.ScenarioError) as error:
            bgp.decode(octets)
        assert str(error.value) == command_line("decode", octets).stderr.strip()
