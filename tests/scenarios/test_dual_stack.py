"""Files of a dual-stack network: the simulated one is IPv4's, and says so of each thing that it leaves out."""

import re

from conftest import seatrial
from test_broken_files import replace

FILE = "network/core1/frr.conf"


def test_what_is_ipv6_is_left_out_with_a_warning(design, tmp_path):
    replace(design / FILE, " ip address 10.1.1.2/24\n", " ip address 10.1.1.2/24\n ipv6 address 2001:db8:1::2/64\n")
    replace(design / FILE, "interface eth0\n", "ipv6 route 2001:db8:2::/48 2001:db8:1::3\ninterface eth0\n")
    replace(design / FILE, " bgp router-id", " neighbor 2001:db8:1::3 remote-as 64512\n bgp router-id")
    checked = seatrial("check", design)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    expected = {"address 2001:db8:1::2/64": "interface eth", "static route 2001:db8:2::/48": "ipv6 route",
                "neighbor 2001:db8:1::3": "neighbor 2001:db8:1::3"}
    for what, place in expected.items():
        rows = [row for row in checked.stderr.splitlines() if what in row]
        assert len(rows) == 1 and "the simulated network has no IPv6" in rows[0], checked.stderr
        line = int(re.search(rf"{FILE}:(\d+)(:\d+)?: warning: ", rows[0])[1])
        assert place in (design / FILE).read_text().splitlines()[line - 1], rows[0]
    assert "36" in checked.stdout  # the sessions of the design as it is: 9 * 8 / 2
    ran = seatrial("run", design, "--out", tmp_path / "out", "--until", "3s", "--pcap", "none")
    # What is expected of later moments fails so early; the run itself does not.
    assert ran.returncode == 1 and (tmp_path / "out" / "results.json").exists(), ran.stderr
