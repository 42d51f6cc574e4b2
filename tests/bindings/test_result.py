"""A run's DataFrames, held against what the program wrote: results.json, requests.csv, the captures."""

import pandas as pd
import pytest
import seatrial


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
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(seatrial.SeatrialError, match="not JSON"):
        seatrial.Result(tmp_path)


@pytest.mark.parametrize("name", ["latency", "availability", "convergence", "topology"])
def test_figures_show_something(reference, name):
    axes = getattr(reference.plot, name)()
    assert axes.lines
    axes.figure.savefig("/dev/null", format="png")
    import matplotlib.pyplot as plt
    plt.close(axes.figure)
