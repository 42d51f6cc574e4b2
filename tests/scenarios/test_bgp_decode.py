"""`seatrial bgp decode` and `encode` as a stranger uses them: in which forms octets may come, what is said of those that are none."""

import json
import subprocess

import pytest
from conftest import SEATRIAL

MARKER = "ff" * 16
KEEPALIVE = MARKER + "001304"  # RFC 4271 section 4.4: 19 octets, type 4
# RFC 4271 section 4.3: origin IGP, AS_PATH 65002 in 4 octets, NEXT_HOP 192.0.2.1, 198.51.100.0/24; 23 + 20 + 4 octets.
ATTRIBUTES = "40010100" + "400206" + "02010000fdea" + "400304c0000201"
UPDATE = MARKER + "002f02" + "0000" + "0014" + ATTRIBUTES + "18c63364"


def seatrial(*words, stdin=None):
    return subprocess.run([SEATRIAL, "bgp", *words], capture_output=True, text=True, input=stdin, check=False)


def types(done):
    return [json.loads(line)["type"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("text", [
    KEEPALIVE, KEEPALIVE.upper(), "0x" + KEEPALIVE, "0X" + KEEPALIVE, " " + KEEPALIVE + "\t",
    ":".join(KEEPALIVE[i:i + 2] for i in range(0, 38, 2)), " ".join("0x" + KEEPALIVE[i:i + 2] for i in range(0, 38, 2)),
    "".join("\\x" + KEEPALIVE[i:i + 2] for i in range(0, 38, 2)),
])
def test_forms_of_octets(text):
    done = seatrial("decode", text)
    assert done.returncode == 0 and done.stderr == ""
    assert json.loads(done.stdout) == {"type": "KEEPALIVE", "length": 19}
    assert types(seatrial("decode", "-", stdin=text + "\n")) == ["KEEPALIVE"]


def test_several_messages():
    assert types(seatrial("decode", KEEPALIVE + UPDATE)) == ["KEEPALIVE", "UPDATE"]
    assert types(seatrial("decode", KEEPALIVE + " " + UPDATE)) == ["KEEPALIVE", "UPDATE"]
    assert types(seatrial("decode", KEEPALIVE, UPDATE)) == ["KEEPALIVE", "UPDATE"]  # not quoted
    stdin = f"# a comment\n{KEEPALIVE}\n\n{UPDATE}{KEEPALIVE}\r\n{UPDATE} {UPDATE}"
    done = seatrial("decode", "-", stdin=stdin)
    assert types(done) == ["KEEPALIVE", "UPDATE", "KEEPALIVE", "UPDATE", "UPDATE"] and done.returncode == 0
    assert seatrial("decode", "-", stdin="").returncode == 0


def test_what_is_wrong_is_told_by_line_and_column_and_the_rest_is_decoded():
    done = seatrial("decode", "-", stdin=f"{KEEPALIVE}\n{MARKER}zz\n{KEEPALIVE}f\n{MARKER}00170200\n{UPDATE}\n")
    assert done.returncode == 2 and types(done) == ["KEEPALIVE", "UPDATE"]
    assert done.stderr.splitlines() == [
        '-:2:33: error: "zz" is no octet, expected two hexadecimal digits',
        '-:3:39: error: "f" is no octet, expected two hexadecimal digits',
        "-:4:41: error: the message ends after 20 octets, expected 23, as its header says",
    ]
    for text in ("", " ", "# nothing"):
        empty = seatrial("decode", text)
        assert empty.returncode == 2 and empty.stderr == "argument:1:1: error: no octets, expected a message in hexadecimal\n"
    short = seatrial("decode", MARKER)
    assert short.returncode == 2 and short.stderr == "argument:1:33: error: the message ends after 16 octets, expected 19 of a header\n"


def test_families_of_add_path():
    path_ids = UPDATE.replace("002f02", "003302").replace("18c63364", "0000000718c63364")
    for family in ("1/1", "ipv4/unicast", "2/1,1/1"):
        done = seatrial("decode", "--add-path", family, path_ids)
        assert json.loads(done.stdout)["nlri"] == [{"prefix": "198.51.100.0/24", "path_id": 7}], family
    for family in ("1", "1/", "/1", "1/256", "65536/1", "-1/1", "ipv5/unicast", "1/1/1", ""):
        done = seatrial("decode", "--add-path", family, KEEPALIVE)
        assert done.returncode == 2 and f'"{family}" is no address family' in done.stderr and done.stdout == "", family


def test_options():
    as2 = MARKER + "002d02" + "0000" + "0012" + "40010100" + "400204" + "0201fdea" + "400304c0000201" + "18c63364"
    assert json.loads(seatrial("decode", "--as2", as2).stdout)["attributes"]["as_path"] == [{"type": "sequence", "asns": [65002]}]
    assert json.loads(seatrial("decode", as2).stdout)["outcome"] != "accept"
    wrong = seatrial("decode", "--peer", "friend", KEEPALIVE)
    assert wrong.returncode == 2 and "ebgp" in wrong.stderr and wrong.stderr.startswith("seatrial bgp decode: error: ")


def test_encode_takes_what_decode_prints_in_any_layout():
    messages = [json.loads(line) for line in seatrial("decode", KEEPALIVE + UPDATE).stdout.splitlines()]
    for text in ("\n".join(map(json.dumps, messages)), "\n".join(json.dumps(m, indent=2) for m in messages),
                 " ".join(map(json.dumps, messages))):
        done = seatrial("encode", "-", stdin=text)
        assert done.stdout.split() == [KEEPALIVE, UPDATE] and done.returncode == 0
    assert seatrial("encode", json.dumps(messages[1])).stdout == UPDATE + "\n"


def test_encode_says_where():
    good = json.dumps({"type": "KEEPALIVE"})
    done = seatrial("encode", "-", stdin=f'{good}\n{{"type": ]}}\n{{"type": "HELLO"}}\n{{}}\n{good}\n')
    assert done.returncode == 2 and done.stdout.split() == [KEEPALIVE, KEEPALIVE]
    assert done.stderr.splitlines() == [
        "-:2:10: error: not JSON, expected a message as decode prints it",
        "-:3:1: error: type is wrong, expected OPEN, UPDATE, NOTIFICATION, KEEPALIVE or ROUTE-REFRESH",
        "-:4:1: error: type is missing",
    ]
