"""Configurations in the styles of real networks, read by FRR 8.4 and by ours: what one refuses the other refuses, line by line, but
for what models/frr says it does not model. And single lines at the edges of what FRR takes."""

import pathlib
import re

import pytest
from daemons import SEATRIAL, Frr

FILES = sorted((pathlib.Path(__file__).parent / "frr_files").glob("*.conf"))

# What only ours refuses, by file: "not modelled", in models/frr/README.md's table.
NOT_MODELLED = {"unnumbered.conf", "vrf.conf"}
# Quagga's own forms, which FRR 8.4 has given up and ours reads.
QUAGGAS = {"quagga-1.2.conf"}


def ours(space, path):
    """Exit code, and what is said of each line by its number."""
    done = space.run(SEATRIAL, "bgpd", "-C", "-c", path, check=False)
    errors = {}
    for line in done.stderr.splitlines():
        found = re.match(rf"{re.escape(str(path))}:(\d+):(\d+): error: (.*, expected .*)", line)
        assert found or ": warning: " in line, f"no FILE:LINE:COL: {line}"
        if found:
            errors[int(found[1])] = found[3]
    assert done.returncode == (2 if errors else 0), done.stderr
    return errors, done.stdout


def frrs(frr, space, path):
    """The lines that vtysh or a daemon refused; what several lines made together counts for one of them."""
    done = space.run(*frr.vtysh_arguments, "-f", path, check=False)
    text = done.stdout + done.stderr
    return {int(number) for number in re.findall(r"(?m)^line (\d+): ", text)}, text


@pytest.fixture(name="frr", scope="module")
def a_running_frr():
    from lab import Lab  # pylint: disable=import-outside-toplevel
    with Lab() as lab:
        space = lab.namespace("a")
        yield Frr(lab, space, lab.write("empty.conf", "!\n"), bfd=True), space, lab


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file(lab, path):
    space = lab.namespace("a")
    copy = lab.write(path.name, path.read_text())
    frr = Frr(lab, space, lab.write("empty.conf", "!\n"), bfd=True)
    refused, said = frrs(frr, space, copy)
    errors, derived = ours(space, copy)
    if path.name in QUAGGAS:
        assert refused and not errors
    elif path.name in NOT_MODELLED:
        assert not refused and errors
        assert all("not modelled" in text or "not" in text for text in errors.values()), errors
    else:
        # vtysh goes by lines; a daemon's "% Configuration failed" names none, and ours may then know better.
        assert refused <= set(errors), (said, errors)
        if "%" not in said:
            assert not errors
    if not errors:
        assert "router id" in derived and "neighbours" in derived
        # Static routes are not in it: FRR's staticd does not run here.
        if path.name not in QUAGGAS and " route " not in path.read_text():
            running = space.run(*frr.vtysh_arguments, "-c", "show running-config").stdout
            again = lab.write("running.conf", running)
            assert ours(space, again)[1].splitlines()[1:] == derived.splitlines()[1:], "FRR writes it in other words, not with other sense"


# (context, line): what FRR says of them is asked, not known here.
LINES = [
    *[("route-map R permit 10", line) for line in (
        "match local-preference 0", "match metric 0", "match metric 1", "match tag 0", "match probability 0", "match probability 101",
        "set weight 0", "set local-preference 0", "set metric 0", "set metric +0", "set metric 4294967295", "set metric 4294967296",
        "set tag 0", "set distance 0", "set distance 255", "set distance 256", "set as-path prepend 0", "set as-path exclude 0",
        "set community 0:0", "set community 65535:65535", "set community 65536:1", "set community 4294967295", "set community 100",
        "set ip next-hop 0.0.0.0", "set ip next-hop 224.0.0.1", "set origin foo", "on-match goto 5", "continue 5", "match ip adress P",
    )],
    *[("router bgp 65001", line) for line in (
        "bgp cluster-id 0", "timers bgp 0 0", "timers bgp 10 2", "timers bgp 20 10", "neighbor 10.0.0.2 remote-as 0",
        "neighbor 10.0.0.9 peer-group nosuch", "bgp listen range 10.0.0.0/8 peer-group nosuch", "maximum-paths 0", "maximum-paths 257",
        "network 10.0.0.1/8", "network 10.0.0.0", "network 10.0.0.0/33", "bgp default local-preference 4294967296",
        "bgp graceful-restart restart-time 0", "bgp graceful-restart restart-time 4096", "bgp max-med on-startup 4", "bgp dampening 46",
        "bgp bestpath med", "redistribute bgp", "bgp max-med administrative 4294967295", "bgp conditional-advertisement timer 4",
    )],
    *[("router bgp 65001\n neighbor 10.0.0.2 remote-as 65002", line) for line in (
        "neighbor 10.0.0.2 ebgp-multihop 256", "neighbor 10.0.0.2 ttl-security hops 0", "neighbor 10.0.0.2 timers 10 2",
        "neighbor 10.0.0.2 maximum-prefix 0", "neighbor 10.0.0.2 maximum-prefix 1 101", "neighbor 10.0.0.2 weight 65536",
        "neighbor 10.0.0.2 allowas-in 11", "neighbor 10.0.0.2 description", "neighbor 10.0.0.2 timers 10",
        "neighbor 10.0.0.2 local-as 65001", "neighbor 10.0.0.2 password " + "x" * 80, "neighbor 10.0.0.2 password " + "x" * 81,
    )],
    *[("", line) for line in (
        "ip prefix-list P seq 0 permit 10.0.0.0/8", "ip prefix-list P seq 5 permit 10.0.0.1/8", "ip prefix-list P seq 5 permit 10.0.0.0/24 le 20",
        "ip prefix-list P seq 5 permit 10.0.0.0/24 ge 24", "ip prefix-list P seq 5 permit 10.0.0.0/24 ge 24 le 24",
        "access-list 1 permit 10.0.0.0 0.0.0.255", "bgp community-list 500 permit 1:1", "bgp community-list 99 permit 1:1",
        "bgp community-list standard C permit foo", "bgp as-path access-list A seq 5 permit (", "route-map X permit 65536",
        "route-map X permit 0", "bgp large-community-list standard L permit 1:1",
    )],
]


@pytest.mark.parametrize("context,line", LINES, ids=lambda value: value if isinstance(value, str) else None)
def test_a_line(frr, context, line):
    daemon, space, lab = frr
    commands = [c for c in (*context.split("\n"), line) if c.strip()]
    done = space.run(*daemon.vtysh_arguments, *[a for c in ("configure terminal", *commands) for a in ("-c", c.strip())], check=False)
    space.run(*daemon.vtysh_arguments, "-c", "configure terminal", "-c", "no router bgp 65001", "-c", "no route-map R", check=False)
    refuses = "%" in done.stdout + done.stderr or "can't compile" in done.stdout + done.stderr
    text = "\n".join(commands[:1] + [" " + c.strip() for c in commands[1:]]) + "\n"
    if not context.startswith("router"):
        text += "router bgp 65001\n bgp router-id 192.0.2.1\n"
    else:
        text += " bgp router-id 192.0.2.1\n"
    errors, _ = ours(space, lab.write("line.conf", text))
    where = len(commands)
    assert (where in errors) == refuses, f"FRR: {done.stdout}{done.stderr}; ours: {errors}"
