"""scenarios/routes: every table is exactly the one that the policies say, and each hole in them is found."""

import pytest

from protocol import fails, passes


def test_every_table_is_exactly_as_said(tmp_path):
    passes("routes", tmp_path)


@pytest.mark.parametrize("file, old, new, broken, told", [
    # Without its filter core1 gives isp1 what it learned from isp2 (transit), and the pods' blocks.
    ("network/core1/frr.conf", "  neighbor 192.0.2.1 route-map TO-ISP out\n", "", {"isp1"},
     "198.18.20.0/24 via 192.0.2.2 at isp1"),
    # RFC 8212, which FRR's traditional profile follows: without a policy nothing is taken from the customer.
    ("network/isp2/frr.conf", "  neighbor 192.0.2.6 route-map CUSTOMER in\n", "", {"isp2"},
     "isp2 has no 203.0.113.0/24"),
    # isp2 is preferred then, and core1 sends the default on to core2.
    ("network/core2/frr.conf", "set local-preference 100", "set local-preference 300", {"core1", "core2", "edges"},
     "core1 sends 0.0.0.0/0 to 10.0.0.1"),
    ("edge/edge2/frr.conf", "  network 203.0.113.80/32\n", "", {"core1", "core2"},
     "sends 203.0.113.80/32 to 10.1.1.4, expected"),
    ("network/core2/frr.conf", "  neighbor NODES route-map TO-NODES out\n", "", {"worker1", "worker2", "worker3"},
     "worker1 also has"),
    # iBGP to iBGP must not leak (RFC 4271 section 9.2): only a reflector passes on what a node said.
    ("network/core1/frr.conf", "  neighbor NODES route-reflector-client\n", "", set(), ""),
])
def test_a_hole_in_a_policy_is_found(tmp_path, file, old, new, broken, told):
    if not broken:  # one of two reflectors does
        failed, _ = fails("routes", tmp_path, (file, old, new), ("network/core2/frr.conf", old, ""))
        assert {"worker1", "worker2", "worker3"} <= set(failed)
        return
    failed, process = fails("routes", tmp_path, (file, old, new))
    assert set(failed) == broken, process.stdout
    assert told in process.words, process.stdout
