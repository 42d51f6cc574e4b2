"""A run's DataFrames, held against what the program wrote: results.json, requests.csv, the captures."""

import datetime
import json
import subprocess

import numpy as np
import pandas as pd
import pytest
import seatrial
from conftest import REFERENCE
from seatrial._program import program


def test_the_verdict(reference):
    assert reference.ok == (reference.data["verdict"] == "pass")
    assert list(reference.verdict.index) == [row["id"] for row in reference.data["expectations"]]
    assert reference.verdict["ok"].all()
    assert "all 13 expectations hold" in reference.summary()
    assert "PASS" in reference._repr_html_()


def test_requests_are_those_of_the_csv(reference):
    csv = pd.read_csv(reference.out / "requests.csv", keep_default_na=False)
    frame = reference.requests
    assert len(frame) == len(csv) == reference.data["counters"]["requests"]
    for column in ("client", "number", "url", "status", "edge", "ingress_pod", "app_pod", "bytes", "local"):
        assert list(frame[column]) == list(csv[column]), column
    assert list((frame["latency_ms"] * 1e6).round().astype("int64")) == list(csv["latency_ns"])
    assert frame["ok"].all()


def test_percentiles_are_those_of_the_results(reference):
    # The program's histogram keeps three significant digits.
    told = reference.data["requests"][0]["latency_ns"]
    latency = reference.requests["latency_ms"] * 1e6
    assert latency.quantile(0.5, interpolation="lower") == pytest.approx(told["p50"], rel=2e-3)
    assert latency.max() == told["max"]


def test_sessions_then_and_at_the_end(reference):
    assert len(reference.sessions) == len(reference.data["sessions"]) == 72
    assert (reference.sessions["state"] == "Established").all()
    # The daemons' sessions come up after a second.
    assert not (reference.sessions_at("0.5s")["state"] == "Established").any()
    told = {(row["node"], row["peer"]): row["first_established_ns"] for row in reference.data["sessions"]}
    for row in reference.sessions.itertuples():
        assert round(row.first_established_s * 1e9) == told[(row.node, row.peer)]


def test_tables_are_those_of_the_results(reference):
    for node in ("core1", "edge2", "worker3"):
        told = {row["prefix"]: row for row in reference.data["routes"][node]["fib"]}
        fib = reference.fib(node)
        assert list(fib.index) == list(told)
        for prefix, row in fib.iterrows():
            assert row["next_hops"] == [hop["address"] for hop in told[prefix]["next_hops"] if "address" in hop]
        assert list(reference.rib(node).index) == [row["prefix"] for row in reference.data["routes"][node]["rib"]]
    assert "172.16.1.0/26" not in reference.fib("edge1", at=0.5).index


def test_events_are_in_order_of_time(reference):
    events = reference.events
    assert events["at_s"].is_monotonic_increasing
    assert {"session", "fib", "pod", "endpoints", "link"} <= set(events["kind"])
    assert (events[events["kind"] == "session"]["what"].str.contains("Established")).sum() == 72


def test_captures_are_the_files(reference):
    captures = reference.captures
    assert list(zip(captures["node"], captures["port"])) == [("core1", "eth0"), ("core1", "eth1"), ("edge1", "eth0")]
    assert (captures["bytes"] > 24).all()


def test_a_requests_path(reference):
    path = reference.path("users/1")
    assert path.iloc[0]["node"] == "users"
    assert reference.requests.loc["users/1", "app_pod"] in set(path["node"])
    with pytest.raises(seatrial.SeatrialError, match="CLIENT/NUMBER"):
        reference.path("users/0")


def test_what_is_not_there_is_said(reference, tmp_path):
    with pytest.raises(seatrial.SeatrialError, match="expected one of"):
        reference.fib("edge9")
    with pytest.raises(seatrial.SeatrialError, match="expected one of session"):
        reference.table("sessions")
    with pytest.raises(seatrial.SeatrialError, match="results.json: error: cannot be read"):
        seatrial.Result(tmp_path)
    for text, said in (("{", "not JSON"), ("[" * 200_000, "not JSON"), ("[]", "no object")):
        (tmp_path / "results.json").write_text(text)
        with pytest.raises(seatrial.ScenarioError, match=said):
            seatrial.Result(tmp_path)
    (tmp_path / "results.json").write_text("{}")
    for use in (lambda r: r.ok, lambda r: r.summary(), lambda r: r.verdict, lambda r: r._repr_html_()):
        with pytest.raises(seatrial.ScenarioError, match='no "'):
            use(seatrial.Result(tmp_path))


def test_windows_and_convergence_are_those_of_the_results(tmp_path):
    window = {"kind": "blackhole", "prefixes": ["172.16.1.192/26"], "from_ns": 2_000_000_000, "to_ns": 9_500_000_000,
              "nodes": [{"node": "edge1", "spans": [{"from_ns": 2_000_000_000, "to_ns": 9_500_000_000}]}],
              "witness": [{"node": "edge1", "evidence": "fib/7"}, {"node": "worker2", "evidence": ""}],
              "reason": "worker2 has no power", "evidence": ["fault/0"]}
    still = {**window, "kind": "loop", "from_ns": 9_000_000_000, "to_ns": None}
    settling = {"at_ns": 2_000_000_000, "evidence": ["fault/0"], "last_rib_change": None,
                "last_fib_change": {"at_ns": 9_500_000_000, "evidence": "fib/99"}, "sessions_lost": ["session/5", "session/6"],
                "sessions_established": []}
    (tmp_path / "results.json").write_text(json.dumps({
        "simulated_ns": 10_000_000_000, "windows": [window, still],
        "convergence": {"last_rib_change": None, "last_fib_change": None, "faults": [settling]}}))
    r = seatrial.Result(tmp_path)
    assert list(r.windows["kind"]) == ["blackhole", "loop"]
    assert list(r.windows["length_s"]) == [7.5, 1.0]  # 9.5 - 2; 10 - 9, as it is still open
    assert r.windows["to_s"].isna().tolist() == [False, True]
    assert r.windows.loc[0, "nodes"] == ["edge1"] and r.windows.loc[0, "witness"] == ["edge1", "worker2"]
    row = r.convergence.iloc[0]
    assert (row["at_s"], row["fib_settled_s"], row["sessions_lost"]) == (2.0, 7.5, 2)
    assert pd.isna(row["rib_settled_s"])
    (tmp_path / "results.json").write_text("{}")
    with pytest.raises(seatrial.SeatrialError, match='no "windows"'):
        seatrial.Result(tmp_path).windows


@pytest.mark.parametrize("name", ["latency", "availability", "convergence", "topology"])
def test_figures_show_something(reference, name):
    axes = getattr(reference.plot, name)()
    assert axes.lines
    axes.figure.savefig("/dev/null", format="png")
    import matplotlib.pyplot as plt
    plt.close(axes.figure)


def test_the_figure_of_convergence_says_what_the_table_says(power_loss):
    import matplotlib.pyplot as plt

    axes = power_loss.plot.convergence()
    words = [text.get_text() for text in axes.texts]
    plt.close(axes.figure)
    # Forwarding follows the sessions at once, so that the last change is that of a table.
    assert words == [f"power off worker2 (settled +{power_loss.convergence['fib_settled_s'].iloc[0]:.3g} s)"]


def test_an_explanation_names_its_records(power_loss):
    r = power_loss
    failed = r.requests[~r.requests["ok"]]
    assert len(failed) == r.data["requests"][0]["count"] - r.data["requests"][0]["succeeded"] > 0
    why = r.explain(failed.index[0])
    assert why.symptom == "timed out"
    assert why.attributed and "worker2" in why.cause
    assert why.cause in str(why) and "<table>" in why._repr_html_()
    named = {one for evidence in why.chain["evidence"] for one in evidence}
    assert "fault/0" in named
    # Nothing is blamed that happened after the symptom, and every record that is named is there.
    assert why.chain["at_s"].dropna().max() <= failed["finished_s"].iloc[0]
    for one in named:
        assert r.show(one, json=True), one
    well = r.explain(r.requests[r.requests["ok"]].index[0])
    assert well.symptom in ("answered", "slow")
    with pytest.raises(seatrial.SeatrialError, match="CLIENT/NUMBER"):
        r.explain("users/0")


def test_windows_and_convergence_of_a_power_loss(power_loss):
    # worker2 loses power at 30 s. Its block 172.16.1.192/26 has no other way: packets to it are lost until the end of the run.
    # The routers' hold time is 9 s, and a keepalive came at most 3 s before: the sessions are given up 6 to 9 s later, and that
    # is the last change of any table (the nodes' hold time, 240 s, is not over at 60 s).
    r = power_loss
    after = r.windows[r.windows["from_s"] >= 30]
    lost = after[[prefixes == ["172.16.1.192/26"] for prefixes in after["prefixes"]]].iloc[0]
    assert (lost["kind"], lost["from_s"], lost["length_s"]) == ("blackhole", 30.0, 30.0)
    assert pd.isna(lost["to_s"]) and "worker2" in lost["reason"] and lost["evidence"] == ["fault/0"]
    assert {"users", "core1", "edge1"} <= set(lost["nodes"]) and not (r.windows["kind"] == "loop").any()
    assert len(r.convergence) == 1
    row = r.convergence.iloc[0]
    assert row["at_s"] == 30.0 and row["evidence"] == ["fault/0"]
    assert 6 <= row["rib_settled_s"] <= 9.05 and 6 <= row["fib_settled_s"] <= 9.05
    # Three edges and two routers.
    assert row["sessions_lost"] == 5 == (r.sessions["state"] != "Established").sum()
    # The tables say it too, before and after.
    assert "172.16.1.192/26" in r.fib("edge1", at="36s").index
    assert "172.16.1.192/26" not in r.fib("edge1", at="39.1s").index
    settled = r.events[r.events["kind"].isin(["rib", "fib"])]["at_s"].max() - 30
    assert settled == pytest.approx(max(row["rib_settled_s"], row["fib_settled_s"]), abs=1e-6)


def test_mrt_files_are_those_that_were_asked_for(power_loss):
    assert list(zip(power_loss.mrt["node"], power_loss.mrt["kind"])) == [
        ("core1", "rib"), ("core1", "updates"), ("edge1", "rib"), ("edge1", "updates")]
    assert (power_loss.mrt["bytes"] > 12).all()  # more than a header, RFC 6396 section 2
    assert power_loss.captures.empty


def test_what_the_command_line_shows_is_shown(power_loss):
    said = subprocess.run([program(), "show", power_loss.out, "paths", "--from", "users", "--to", "10.50.0.80", "--at", "36s"],
                          capture_output=True, text=True, check=True)
    assert power_loss.show("paths", from_="users", to="10.50.0.80", at=36) == said.stdout
    down = power_loss.show("sessions", at="60s", down=True, json=True)
    assert {row["peer_name"] for row in down["sessions"]} >= {"worker2"}
    report = power_loss.write_report()
    assert "worker2" in report.read_text(encoding="utf-8")
    for wrong in ({"what": "fibb"}, {"what": "fib", "at": "soon"}, {"what": "fib", "banana": 1}, {"what": "requests", "which": "users/0"}):
        with pytest.raises(seatrial.ScenarioError):
            power_loss.show(**wrong)


# --- what a pandas user expects ---

FRAMES = {"verdict": lambda r: r.verdict, "requests": lambda r: r.requests, "sessions": lambda r: r.sessions, "events": lambda r: r.events,
          "captures": lambda r: r.captures, "mrt": lambda r: r.mrt, "windows": lambda r: r.windows, "convergence": lambda r: r.convergence,
          "rib": lambda r: r.rib("core1"), "fib": lambda r: r.fib("core1")}


@pytest.fixture(scope="module")
def nothing_yet():
    """A run that ended before anything had happened, of which nothing is expected."""
    return seatrial.run(REFERENCE, until="1ns", set={"expect": []})


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_types_of_columns_do_not_depend_on_rows(power_loss, nothing_yet, name):
    full, empty = FRAMES[name](power_loss), FRAMES[name](nothing_yet)
    assert list(full.columns) == list(empty.columns) and full.index.name == empty.index.name
    if name != "captures":  # the run has none
        assert len(full)
        assert dict(full.dtypes) == dict(empty.dtypes)
    for column, kind in empty.dtypes.items():
        if column.endswith(("_s", "_ms")):
            assert kind == "float64", column


@pytest.mark.parametrize("at", ["30s", "0.5m", "30000ms", 30, 30.0, datetime.timedelta(seconds=30), pd.Timedelta("30s"),
                                np.timedelta64(30, "s"), np.int64(30), np.float32(30)])
def test_a_moment_in_any_form(power_loss, at):
    pd.testing.assert_frame_equal(power_loss.fib("core1", at=at), power_loss.fib("core1", at="30s"))
    pd.testing.assert_frame_equal(power_loss.rib("core1", at=at), power_loss.rib("core1", at="30s"))
    assert len(power_loss.sessions_at(at)) == len(power_loss.sessions)


@pytest.mark.parametrize("at", ["soon", "-3s", -1, "1e400s", float("nan"), "", "3", b"3s", [30], True, pd.NaT, "901s",
                                datetime.timedelta(days=10**6)])
def test_a_wrong_moment_is_said(power_loss, at):
    for ask in (lambda: power_loss.fib("core1", at=at), lambda: power_loss.rib("core1", at=at), lambda: power_loss.sessions_at(at)):
        with pytest.raises(seatrial.ScenarioError):
            ask()


@pytest.mark.parametrize("wrong", [
    lambda r: r.rib("nobody"), lambda r: r.rib(None), lambda r: r.rib(np.array([1, 2])), lambda r: r.fib(5), lambda r: r.fib(pd.NA),
    lambda r: r.explain("users/0"), lambda r: r.explain(["users/1"]), lambda r: r.path({}), lambda r: r.path("\ud800"),
    lambda r: r.table("wishes"), lambda r: r.table(None), lambda r: r.show("fib", node=np.array([1, 2])), lambda r: r.show("\ud800"),
    lambda r: r.show("fib", nosuch=1), lambda r: r.plot.latency(5), lambda r: r.plot.topology("x"), lambda r: seatrial.Result(r.out / "pcap"),
    lambda r: seatrial.diff(r, r, pcap="[]"), lambda r: seatrial.diff(r, r, layer=np.array([1, 2]))])
def test_wrong_questions_raise_scenario_error(power_loss, wrong):
    with pytest.raises(seatrial.ScenarioError):
        wrong(power_loss)


def test_who_had_no_answer_has_no_first_byte(power_loss):
    failed = power_loss.requests[power_loss.requests["status"] == 0]
    assert len(failed) and failed["first_byte_s"].isna().all()
    assert power_loss.requests.loc[power_loss.requests["status"] > 0, "first_byte_s"].notna().all()
