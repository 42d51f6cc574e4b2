"""`seatrial campaign` and `seatrial run --inject`, on a design of three proxies and a client on one switch."""

import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import SEATRIAL, seatrial

# Constant arrivals, 20 a second from 1 s to 3 s: 40 requests, three of four to edge1, none to edge3.
DESIGN = {
    "name": "small", "duration": "4s", "fabric": {"switches": [{"name": "tor1"}]},
    "edges": [{"name": f"edge{i}", "at": "tor1", "address": f"10.1.1.{i}/24", "nginx": "nginx.conf"} for i in (1, 2, 3)],
    "clients": [{"name": "users", "at": "tor1", "address": "10.1.1.10/24",
                 "load": {"arrival": "constant", "rate": 20, "from": "1s", "to": "3s", "timeout": "500ms",
                          "requests": [{"url": "http://10.1.1.1/", "weight": 3}, {"url": "http://10.1.1.2/"}]}}],
    "expect": [{"id": "served", "load": "users", "success_ratio": {"at_least": 1.0}},
               {"id": "mostly", "load": "users", "success_ratio": {"at_least": 0.75}}],
}


@pytest.fixture(name="small")
def small_design(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "nginx.conf").write_text("events { }\nhttp { server { listen 80; location / { return 200 ok; } } }\n")
    (folder / "scenario.json").write_text(json.dumps(DESIGN))
    return folder


def test_every_single_failure_is_run_and_ranked(small, tmp_path):
    done = seatrial("campaign", small, "--out", tmp_path / "out", "--jobs", 2)
    assert done.returncode == 1, done.stderr
    # Four cables and three machines; the middle of the load is 2 s.
    assert done.stderr.startswith("7 single failures (link, node) at 2s: 8 runs with the baseline, 2 at a time\n")
    found = json.loads((tmp_path / "out" / "campaign.json").read_text())
    assert found["baseline"]["failed"] == 0 and found["baseline"]["requests"] == 40
    ranked = {one["name"]: one for one in found["ranked"]}
    order = list(ranked)
    # Without its cable the client has no answer from 2 s on: half of its requests.
    assert order[0] == "link_down users:eth0"
    assert ranked[order[0]]["failed"] == 20
    assert [one["id"] for one in ranked[order[0]]["broken"]] == ["served", "mostly"]
    # edge1 takes more requests than edge2; edge3 none. Which way it is lost makes no difference.
    assert set(order[1:3]) == {"link_down edge1:eth0", "power_off edge1"}
    assert set(order[3:5]) == {"link_down edge2:eth0", "power_off edge2"}
    assert [one["id"] for one in ranked[order[3]]["broken"]] == ["served"]
    assert set(order[5:]) == {"link_down edge3:eth0", "power_off edge3"}
    assert found["breaking"] == 5 and found["verdict"] == "fail"
    assert "5 of 7 failures break something, 2 break nothing." in done.stdout
    # Its runs are ordinary ones, and say the same when they are repeated by hand.
    run = tmp_path / "out" / ranked[order[0]]["runs"][0]["out"]
    by_hand = seatrial("run", small, "--inject", ranked[order[0]]["inject"][0], "--out", tmp_path / "by-hand")
    assert by_hand.returncode == 1
    assert (run / "results.json").read_bytes() == (tmp_path / "by-hand" / "results.json").read_bytes()
    results = json.loads((run / "results.json").read_text())
    whys = {one["id"]: one["why"] for one in results["expectations"]}
    assert [one["why"] for one in ranked[order[0]]["broken"]] == [whys["served"], whys["mostly"]]


def test_the_order_of_the_runs_does_not_matter(small, tmp_path):
    said = [seatrial("campaign", small, "--kinds", "node", "--json", "--jobs", jobs, "--out", tmp_path / f"{jobs}").stdout
            for jobs in (1, 3)]
    assert said[0] == said[1]
    assert json.loads(said[0])["kinds"] == ["node"]


def test_a_design_that_stands_every_failure_exits_0(small, tmp_path):
    done = seatrial("campaign", small, "--kinds", "node", "--at", "3900ms", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout
    assert "0 of 3 failures break something, 3 break nothing." in done.stdout


def test_pairs_leave_out_what_one_failure_takes_along(small, tmp_path):
    done = seatrial("campaign", small, "--failures", 2, "--at", "2s", "--until", "2100ms", "--out", tmp_path / "out")
    # 7 failures are 21 pairs; each of the three machines has one cable.
    assert done.stderr.startswith("18 double failures (link, node) at 2s: 19 runs")
    found = json.loads((tmp_path / "out" / "campaign.json").read_text())
    assert {len(one["failures"]) for one in found["ranked"]} == {2}
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 19


def test_what_fails_already_is_not_blamed_on_a_failure(small, tmp_path):
    done = seatrial("campaign", small, "--kinds", "node", "--at", "3900ms", "--set",
                    'expect=[{"id": "many", "load": "users", "requests": {"at_least": 41}}]', "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "warning: without a failure the expectations do not all hold already" in done.stderr
    assert "WITHOUT A FAILURE 1 of 1 expectations do not hold already" in done.stdout
    assert json.loads((tmp_path / "out" / "campaign.json").read_text())["breaking"] == 0


@pytest.mark.parametrize("arguments, message", [
    (["--kinds", "link,switch"], "\"switch\" is no kind of failure"),
    (["--kinds", "daemon"], "is no kind of failure, expected link, node or process"),
    (["--failures", "3"], "--failures"),
    (["--jobs", "0"], "--jobs"),
    (["--at", "4s"], "the failure at 4s is not before the runs' end at 4s"),
    (["--set", "clients.users.load.rate=fast"], "error:"),
])
def test_bad_input_exits_2_and_runs_nothing(small, tmp_path, arguments, message):
    done = seatrial("campaign", small, "--out", tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_event_of_the_command_line_is_checked_like_the_timeline(small, tmp_path):
    done = seatrial("run", small, "--out", tmp_path / "out", "--inject", "2s:power_off:edge9", "--inject", "9s:link_down:tor1")
    assert done.returncode == 2
    assert '--inject 2s:power_off:edge9: error: there is no machine "edge9", expected one of "edge1", ' in done.stderr
    assert "--inject 9s:link_down:tor1: error: 9s is after the run's end at 4s" in done.stderr
    assert '"tor1" has 4 links, expected one of "tor1:swp1", "tor1:swp2", "tor1:swp3", "tor1:swp4"' in done.stderr


def test_a_port_that_nobody_named_is_the_one_of_the_results(small, tmp_path):
    seatrial("run", small, "--out", tmp_path / "out", "--until", "2s", "--inject", "1500ms:link_down:tor1:swp4")
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    # The fourth cable that comes to tor1 is the client's: half of its second of requests is lost.
    assert {"users:eth0", "tor1:swp4"} in [set(link["ports"]) for link in results["topology"]["links"]]
    assert results["requests"][0]["count"] - results["requests"][0]["succeeded"] in (9, 10)


def children_of(pid):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            pass  # it ended meanwhile
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_runs_too(small, tmp_path, number):
    # A load that takes far longer than the test.
    command = [SEATRIAL, "campaign", small, "--set", "clients.users.load.rate=20000", "--set", "clients.users.load.to=3s",
               "--out", tmp_path / "out", "--jobs", "2"]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(1000):
            runs = children_of(process.pid)
            if runs:
                break
            time.sleep(0.01)
        assert runs
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "interrupted after" in said
    for run in runs:
        with pytest.raises(ProcessLookupError):
            os.kill(run, 0)
    assert not (tmp_path / "out" / "campaign.json").exists()
