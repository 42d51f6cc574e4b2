"""Fixtures for the Python package: run by the Python of build/venv, in which the package is installed."""

import pathlib

import pytest
import seatrial

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "scenarios" / "get-me-to-the-cluster"


@pytest.fixture(scope="session")
def reference():
    """The reference design, seed 3, two ports captured."""
    return seatrial.run(REFERENCE, seed=3, pcap="edge1:eth0,core1:*")


@pytest.fixture(scope="session")
def power_loss(tmp_path_factory):
    """worker-power-loss with its own seed, two speakers in MRT."""
    return seatrial.run(ROOT / "scenarios" / "worker-power-loss", mrt="edge1,core1", out=tmp_path_factory.mktemp("power-loss"))


@pytest.fixture
def files(tmp_path):
    """A folder with the reference design's manifests and an edge's nginx.conf, without any BGP configuration."""
    import shutil

    shutil.copytree(REFERENCE / "cluster", tmp_path / "cluster")
    (tmp_path / "cluster" / "calico.yaml").unlink()
    shutil.copytree(REFERENCE / "edge" / "edge1", tmp_path / "edge")
    (tmp_path / "edge" / "frr.conf").unlink()
    return tmp_path


@pytest.fixture
def ten_lines(files):
    """The design that README shows, and its parts."""
    dc = seatrial.DataCenter("demo", base=files)
    core = dc.router("core1", asn=64512, route_reflector=True)
    tor = dc.switch("tor1")
    k8s = dc.cluster("prod", nodes=4, on=tor, manifests="cluster/*.yaml")
    dc.edge("edge1", on=tor, nginx="edge/nginx.conf", nginx_start="15s")
    users = dc.client("users", behind=core).load(rate=50, url="http://cafe.example.com/")
    dc.link(core, tor, rate="10Gbps", delay="2us")
    dc.at("50s").power_off(k8s.nodes[1])
    dc.expect.success_ratio(users, at_least=0.9)
    return dc
