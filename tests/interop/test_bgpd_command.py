"""`seatrial bgpd` and `bgpctl` as a stranger uses them: what is said when something is missing, taken or not allowed, and what signals do.
What FRR 8.4.4 says at its end is asked of FRR."""

import json
import os
import signal
import time

import pytest
from daemons import SEATRIAL, Bird, Capture, Frr, SeatrialBgpd
from lab import wait_until

NOBODY = 65534
PLAIN = "router bgp 65001\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n neighbor 10.0.1.2 remote-as 65002\nexit\n"


@pytest.fixture(name="space")
def a_namespace(lab):
    return lab.namespace("a")


@pytest.fixture(name="config")
def a_plain_file(lab):
    return lab.write("frr.conf", PLAIN)


def bgpd(space, *options, as_nobody=False):
    who = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if as_nobody else []
    return space.run(*who, SEATRIAL, "bgpd", *options, check=False)


def test_usage(space, config):
    for options, said in (
            ((), "seatrial bgpd: error: --config is required\n"),
            (("-c", config, "--flurb"), "seatrial bgpd: error: The following argument was not expected: --flurb\n"),
            (("-c", config, "--port", "99999"), "--port"), (("-c", config, "--port", "0"), "--port"),
            (("-c", config, "--control", ""), "an empty path"), (("-c", config, "--for", "soon"), "is not a duration"),
            (("-c", config, "--profile", "ios"), "frr-8.4-traditional")):
        done = bgpd(space, *options)
        assert done.returncode == 2 and said in done.stderr and done.stdout == "", (options, done.stderr)
        assert done.stderr.endswith("seatrial bgpd --help tells what it takes\n") and done.stderr.count("\n") == 2


def test_files_that_cannot_be_read(lab, space):
    secret = lab.write("secret.conf", PLAIN)
    secret.chmod(0o600)
    for path, why in ((lab.folder / "nothing.conf", "No such file or directory"), (lab.folder, "Is a directory")):
        done = bgpd(space, "-c", path)
        assert done.returncode == 2
        assert done.stderr == f"{path}: error: cannot be read: {why}, expected a readable file\n"
    assert "Permission denied" in bgpd(space, "-c", secret, as_nobody=True).stderr
    empty = lab.write("empty.conf", "")
    assert bgpd(space, "-c", empty).stderr == f'{empty}:1:1: error: no "router bgp", expected a BGP speaker\'s configuration\n'
    octets = lab.folder / "octets.conf"
    octets.write_bytes(b"\xff\xfe\0\1router")
    assert bgpd(space, "-c", octets).returncode == 2


def test_a_dry_run(space, config, lab):
    done = bgpd(space, "-C", "-c", config)
    assert done.returncode == 0 and "10.0.1.2: AS 65002 (eBGP), hold 180 s, keepalive 60 s" in done.stdout
    assert "hold 9 s" in bgpd(space, "-C", "-c", config, "--profile", "frr-8.4-datacenter").stdout
    wrong = lab.write("wrong.conf", PLAIN.replace("remote-as 65002", "remote-as x") + "flurb\n")
    done = bgpd(space, "-C", "-c", wrong)
    assert done.returncode == 2 and done.stdout == ""
    # All at once, each with its place.
    assert [line.split(": error")[0] for line in done.stderr.splitlines() if ": error" in line][:2] == [f"{wrong}:4:30", f"{wrong}:6:1"]


def test_a_port_that_is_not_to_be_had(space, config):
    done = bgpd(space, "-c", config, "--for", "1s", as_nobody=True)
    assert done.returncode == 1 and "cannot listen on 0.0.0.0:179: Permission denied" in done.stderr and "--port" in done.stderr
    SeatrialBgpd(space, config)
    done = bgpd(space, "-c", config, "--for", "1s")
    assert done.returncode == 1 and "cannot listen on 0.0.0.0:179: Address already in use" in done.stderr


def test_ipv6_that_is_switched_off(lab, space):
    space.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    config = lab.write("v6.conf", PLAIN + "router bgp 65001\n neighbor 2001:db8::2 remote-as 65003\nexit\n")
    # The neighbour cannot be reached; the IPv4 one is none the worse for it.
    ours = SeatrialBgpd(space, config)
    time.sleep(1)
    assert ours.process.popen.poll() is None
    assert ours.process.end() == 0


def test_the_control_socket(lab, space, config):
    path = lab.folder / "s.sock"
    ours = SeatrialBgpd(space, config, "--control", path)

    def ctl(*words, socket=path, as_nobody=False):
        who = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if as_nobody else []
        return space.run(*who, SEATRIAL, "bgpctl", "--control", socket, *words, check=False)
    second = bgpd(space, "-c", config, "--port", "1179", "--control", path, "--for", "1s")
    assert second.returncode == 1 and "somebody listens there already" in second.stderr
    assert ctl("show", "bgp", "summary").returncode == 0  # the first one's is still there
    assert ctl("show bgp summary json").returncode == 0  # as vtysh -c has it, in one word
    assert ctl("show", "flurb").stderr == "% Unknown command: show flurb\n"
    assert ctl().returncode == 2
    refused = ctl("show", "bgp", as_nobody=True)
    assert refused.returncode == 1 and "Permission denied" in refused.stderr
    missing = ctl("show", "bgp", socket=lab.folder / "none")
    assert missing.returncode == 1 and "no such socket" in missing.stderr and "--control" in missing.stderr
    assert "no socket" in ctl("show", "bgp", socket=config).stderr
    os.kill(ours.process.popen.pid, signal.SIGKILL)
    ours.process.popen.wait()
    assert path.exists() and "nobody listens" in ctl("show", "bgp").stderr
    # What a killed daemon left is no obstacle.
    SeatrialBgpd(space, config, "--control", path)
    assert ctl("show", "bgp", "summary").returncode == 0
    assert bgpd(space, "-c", config, "--port", "1180", "--control", lab.folder / "no/s.sock", "--for", "1s").returncode == 1


@pytest.fixture(name="link")
def two_on_a_link(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    interface, _ = lab.link(left, "10.0.1.1/24", right, "10.0.1.2/24")
    return left, right, Capture(lab, left, interface)


BIRD = ("router id 192.0.2.2; protocol device {{}} protocol bgp x {{ local 10.0.1.2 as 65002; neighbor 10.0.1.1 as 65001; "
        "graceful restart {restart}; long lived graceful restart {restart}; ipv4 {{ import all; export all; }}; }}")


@pytest.mark.parametrize("who", ["frr", "ours"])
@pytest.mark.parametrize("restart,said", [("off", [("6", "3")]), ("aware", [])])
def test_the_last_words_on_sigterm(lab, link, who, restart, said):
    """Cease / Peer De-configured, but to a peer with graceful restart's capability none at all: FRR 8.4.4 and its profile."""
    left, right, capture = link
    bird = Bird(lab, right, BIRD.format(restart=restart))
    config = lab.write("left.conf", PLAIN)
    if who == "frr":
        frr = Frr(lab, left, config)
        frr.wait_established("10.0.1.2")
        time.sleep(2)
        os.kill(frr.pid("bgpd"), signal.SIGTERM)
    else:
        ours = SeatrialBgpd(left, config)
        bird.wait_established("x")
        time.sleep(2)
        assert ours.process.end(signal.SIGTERM) == 0
    wait_until(lambda: "Established" not in bird.ask("show", "protocols", "x"), 10, what="BIRD to notice")
    time.sleep(1)
    capture.stop()
    heard = capture.read("bgp.type == 3 && ip.src == 10.0.1.1", "bgp.notify.major_error", "bgp.notify.minor_error_cease")
    assert [tuple(row) for row in heard][:1] == said


def test_other_signals(lab, link):
    left, right, _ = link
    bird = Bird(lab, right, BIRD.format(restart="off"))
    ours = SeatrialBgpd(left, lab.write("left.conf", PLAIN))
    bird.wait_established("x")
    # FRR's sessions outlive a hangup; so do ours.
    os.kill(ours.process.popen.pid, signal.SIGHUP)
    ours.event("hangup")
    time.sleep(1)
    assert ours.process.popen.poll() is None and "Established" in bird.ask("show", "protocols", "x")
    assert ours.process.end(signal.SIGINT) == 0
    assert json.loads(ours.process.lines[-1])["event"] == "stopped"
