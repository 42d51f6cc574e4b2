"""One thing broken in each kind of file: `check` names file and line, or `run` fails the expectation that it breaks."""

import json
import re

import pytest

from conftest import seatrial


def replace(path, old, new, count=1):
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new, count))


def line_of(path, text):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if text in line:
            return number
    raise AssertionError(f"{path} has no {text!r}")


def assert_check_names(design, relative, marker, *words):
    """`seatrial check` exits 2 and names relative:LINE of `marker`, with these words in the same line."""
    line = line_of(design / relative, marker)
    done = seatrial("check", design)
    output = done.stdout + done.stderr
    assert done.returncode == 2, output
    hits = [row for row in output.splitlines() if re.search(rf"{re.escape(relative)}:{line}(:\d+)?: error: ", row)]
    assert hits, output
    for word in words:
        assert any(word in row for row in hits), output


def test_the_unbroken_design_passes(design):
    done = seatrial("check", design)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "36" in done.stdout  # 9 speakers in a full mesh: 9 * 8 / 2 sessions


def test_unknown_frr_command(design):
    replace(design / "network/core1/frr.conf", " bgp log-neighbor-changes", " bgp lag-neighbor-changes")
    assert_check_names(design, "network/core1/frr.conf", "lag-neighbor-changes", "lag-neighbor-changes")


def test_unknown_nginx_directive(design):
    replace(design / "edge/edge1/stream.d/ingress.conf", "proxy_connect_timeout 2s;", "proxy_conect_timeout 2s;")
    assert_check_names(design, "edge/edge1/stream.d/ingress.conf", "proxy_conect_timeout",
                       'unknown directive "proxy_conect_timeout"')


def test_missing_resolve(design):
    replace(design / "edge/edge2/stream.d/ingress.conf", ":80 resolve;", ":80;")
    assert_check_names(design, "edge/edge2/stream.d/ingress.conf", "cluster.local:80;", "host not found in upstream")


def test_service_selector_that_matches_nothing(design):
    file = design / "cluster/app.yaml"
    text = file.read_text()
    at = text.index("  name: api\n", text.index("kind: Service\nmetadata:\n  name: api"))
    file.write_text(text[:at] + text[at:].replace("    app: api\n", "    app: apis\n", 1))
    assert_check_names(design, "cluster/app.yaml", "app: apis", "api")


def test_truncated_yaml(design):
    file = design / "cluster/expose.yaml"
    text = file.read_text()
    file.write_text(text[: text.index("k8s.nginx.org/v1") + 30] + "\n  name: [harbour\n")
    done = seatrial("check", design)
    assert done.returncode == 2
    assert re.search(r"cluster/expose\.yaml:\d+:\d+: error: ", done.stdout + done.stderr)


def test_misspelt_key_in_a_manifest(design):
    replace(design / "cluster/calico.yaml", "blockSize: 26", "blocksize: 26")
    assert_check_names(design, "cluster/calico.yaml", "blocksize", "blocksize")


def test_scenario_document(design):
    replace(design / "scenario.json", '"rate": 200', '"rate": "fast"')
    assert_check_names(design, "scenario.json", '"rate": "fast"', "rate")


def test_all_errors_are_named_at_once(design):
    replace(design / "network/core2/frr.conf", " network 10.2.0.0/24", " network 10.2.0.0/33")
    replace(design / "edge/edge3/conf.d/ingress.conf", "proxy_set_header Host $host;", "proxy_set_heder Host $host;")
    replace(design / "cluster/calico.yaml", "nodeSelector: all()", "nodeSelector: all(")
    done = seatrial("check", design)
    output = done.stdout + done.stderr
    assert done.returncode == 2
    for name in ("network/core2/frr.conf", "edge/edge3/conf.d/ingress.conf", "cluster/calico.yaml"):
        assert re.search(rf"{name}:\d+:\d+: error: ", output), output


def test_run_refuses_a_broken_design_and_writes_nothing(design, tmp_path):
    replace(design / "edge/edge1/nginx.conf", "events {", "events {{")
    out = tmp_path / "out"
    done = seatrial("run", design, "--out", out)
    assert done.returncode == 2
    assert not out.exists() or not any(out.iterdir())


@pytest.mark.parametrize("wrong_as", [64513])
def test_a_wrong_as_number_fails_the_sessions_expectation(design, tmp_path, wrong_as):
    # Well formed, so nothing for the reader to say: core1 and core2 disagree, as real routers would find out.
    replace(design / "network/core1/frr.conf", "neighbor CORES remote-as 64512", f"neighbor CORES remote-as {wrong_as}")
    out = tmp_path / "out"
    done = seatrial("run", design, "--out", out)
    assert done.returncode == 1, done.stdout + done.stderr
    results = json.loads((out / "results.json").read_text())
    failed = {e["id"]: e for e in results["expectations"] if not e["ok"]}
    assert "sessions" in failed
    assert "core1" in failed["sessions"]["why"] and "core2" in failed["sessions"]["why"]
