"""seatrial bgpd meets every daemon in every feature that both have: a matrix of two-way exchanges.

Three machines share a LAN with two subnets: `ours` (.1), `theirs` (.2, the daemon) and `source` (.3, BIRD 2), which gives
either of them routes to pass on. In each cell the session is Established, our routes are at the daemon with exactly the
attributes that the RFCs ask for, the daemon's are with us, and withdrawals arrive. What the daemon holds is read from the
daemon; what we hold from the table that we write as MRT.
"""

import signal
from dataclasses import replace

import pytest
from exchanges import bfd, enhanced_asked, enhanced_asking, four_over_six, refresh_asked, refresh_asking, six_over_four
from lab import wait_until
from matrix import DAEMONS, NOT_SUPPORTED, Cells
from meeting import (OURS, OURS_6, OURS_SIDE, PLAIN, PLAIN_6, RICH, SOURCE_SIDE, THEIR_PLAIN, THEIR_PLAIN_6, THEIR_RICH, THEIRS,
                     THEIRS_6, THEIRS_SIDE, Meeting, addresses, med_of_plain, two)
from peers import IPV4, IPV6, Neighbor, Route, Spec, path

# One function an exchange; its features are what it shows.

def ebgp(lab, daemon, **options):
    """Four-octet AS numbers on both sides, RFC 6793; the communities of RFC 1997, 4360 and 8092 pass untouched."""
    ours_as, their_as = 4200000001, 4200000002
    meeting = Meeting(
        lab, daemon,
        Spec(ours_as, OURS, addresses(1), [Neighbor(THEIRS, their_as, OURS, **options),
                                           Neighbor(SOURCE_SIDE, ours_as, OURS_SIDE)]),
        Spec(their_as, THEIRS, addresses(2), [Neighbor(OURS, ours_as, THEIRS, **options)], [THEIR_PLAIN, THEIR_RICH]),
        Spec(ours_as, SOURCE_SIDE, addresses(3), [Neighbor(OURS_SIDE, ours_as, SOURCE_SIDE)], [PLAIN, RICH]))
    # RFC 4271 section 5.1.3, 5.1.5: our own address, our AS in front, no LOCAL_PREF (what is shown is the daemon's own).
    rich = path(OURS, f"{ours_as} 64999 4200000099", "incomplete", communities=RICH.communities, extended=RICH.extended,
                large=RICH.large)
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, f"{ours_as}")], RICH.prefix: [rich]}, ignoring=("local_pref", "path_id"))
    their_rich = path(THEIRS, f"{their_as}", "egp", med=5, communities=THEIR_RICH.communities, extended=THEIR_RICH.extended,
                      large=THEIR_RICH.large)
    plain = path(THEIRS, f"{their_as}", med=med_of_plain(daemon))
    meeting.daemons_here({THEIR_PLAIN.prefix: [plain], THEIR_RICH.prefix: [their_rich]})
    # Withdrawals, both ways.
    meeting.source.withdraw(RICH)
    meeting.theirs.withdraw(THEIR_RICH)
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, f"{ours_as}")]}, ignoring=("local_pref", "path_id"))
    meeting.daemons_here({THEIR_PLAIN.prefix: [plain]})


def md5(lab, daemon):
    ebgp(lab, daemon, password="sea-trial")


def their_paths(daemon, reflected_by_us=False, **common):
    """What an internal daemon says of its own two routes; we reflect as FRR does, which makes a missing MED 0."""
    med = 0 if reflected_by_us else med_of_plain(daemon)
    return {THEIR_PLAIN.prefix: [path(THEIRS, med=med, local_pref=100, **common)],
            THEIR_RICH.prefix: [path(THEIRS, "", "egp", 5, 100, THEIR_RICH.communities, THEIR_RICH.extended, THEIR_RICH.large,
                                     **common)]}


def ibgp(lab, daemon):
    """What an external source says goes on to an internal daemon with everything but LOCAL_PREF as it came."""
    source_route = replace(RICH, med=30)
    meeting = Meeting(
        lab, daemon,
        Spec(65001, OURS, addresses(1), [Neighbor(THEIRS, 65001, OURS), Neighbor(SOURCE_SIDE, 65003, OURS_SIDE)]),
        Spec(65001, THEIRS, addresses(2), [Neighbor(OURS, 65001, THEIRS)], [THEIR_PLAIN, THEIR_RICH]),
        Spec(65003, SOURCE_SIDE, addresses(3), [Neighbor(OURS_SIDE, 65001, SOURCE_SIDE)], [PLAIN, source_route]))
    plain = path(SOURCE_SIDE, "65003", local_pref=100)
    rich = path(SOURCE_SIDE, "65003 64999 4200000099", "incomplete", 30, 100, RICH.communities, RICH.extended, RICH.large)
    meeting.ours_at_daemon({PLAIN.prefix: [plain], RICH.prefix: [rich]}, ignoring=("path_id",))
    meeting.daemons_here(their_paths(daemon))
    meeting.source.withdraw(source_route)
    meeting.theirs.withdraw(THEIR_PLAIN)
    meeting.ours_at_daemon({PLAIN.prefix: [plain]}, ignoring=("path_id",))
    meeting.daemons_here({THEIR_RICH.prefix: their_paths(daemon)[THEIR_RICH.prefix]})


def reflected(originator, cluster, med=None):
    """RFC 4456 section 8: the source's routes as a reflector passes them on."""
    passed_on = {"local_pref": 100, "med": med, "originator_id": originator, "cluster_list": [cluster]}
    return {PLAIN.prefix: [path(SOURCE_SIDE, **passed_on)],
            RICH.prefix: [path(SOURCE_SIDE, "64999 4200000099", "incomplete", communities=RICH.communities,
                               extended=RICH.extended, large=RICH.large, **passed_on)]}


def rr_server(lab, daemon):
    """We reflect between two clients, the daemon and the source."""
    meeting = Meeting(
        lab, daemon,
        Spec(65001, OURS, addresses(1), [Neighbor(THEIRS, 65001, OURS, client=True),
                                         Neighbor(SOURCE_SIDE, 65001, OURS_SIDE, client=True)]),
        Spec(65001, THEIRS, addresses(2), [Neighbor(OURS, 65001, THEIRS)], [THEIR_PLAIN, THEIR_RICH]),
        Spec(65001, SOURCE_SIDE, addresses(3), [Neighbor(OURS_SIDE, 65001, SOURCE_SIDE)], [PLAIN, RICH]))
    expected = reflected(SOURCE_SIDE, OURS, 0)  # we reflect as FRR does, which makes a missing MED 0
    unsaid = ("path_id", "med") if daemon.name == "OpenBGPD" else ("path_id",)  # bgpctl prints no MED of 0
    meeting.ours_at_daemon(expected, ignoring=unsaid)
    meeting.daemons_here(their_paths(daemon))
    meeting.at_source(their_paths(daemon, reflected_by_us=True, originator_id=THEIRS, cluster_list=[OURS]))
    meeting.source.withdraw(RICH)
    meeting.ours_at_daemon({PLAIN.prefix: expected[PLAIN.prefix]}, ignoring=unsaid)


def rr_client(lab, daemon):
    """The daemon reflects between two clients, us and the source."""
    own = Route("192.88.99.0/24")
    meeting = Meeting(
        lab, daemon,
        Spec(65001, OURS, addresses(1), [Neighbor(THEIRS, 65001, OURS)], [own]),
        Spec(65001, THEIRS, addresses(2), [Neighbor(OURS, 65001, THEIRS, client=True),
                                           Neighbor(SOURCE_SIDE, 65001, THEIRS_SIDE, client=True)]),
        Spec(65001, SOURCE_SIDE, addresses(3), [Neighbor(THEIRS_SIDE, 65001, SOURCE_SIDE)], [PLAIN, RICH]))
    expected = reflected(SOURCE_SIDE, THEIRS, med_of_plain(daemon))
    meeting.daemons_here(expected)
    meeting.at_source({own.prefix: [path(OURS, local_pref=100, originator_id=OURS, cluster_list=[THEIRS])]},
                      ignoring=("path_id", "med"))
    meeting.source.withdraw(RICH)
    meeting.daemons_here({PLAIN.prefix: expected[PLAIN.prefix]})


def gtsm(lab, daemon):
    ebgp(lab, daemon, gtsm=True)


def ipv6(lab, daemon):
    """RFC 2545 over a session of IPv6."""
    meeting = two(lab, daemon, [PLAIN_6], [THEIR_PLAIN_6], OURS_6, THEIRS_6, families=(IPV6,))
    meeting.ours_at_daemon({PLAIN_6.prefix: [path(OURS_6, "65001")]}, ("local_pref", "path_id", "med"), IPV6)
    meeting.daemons_here({THEIR_PLAIN_6.prefix: [path(THEIRS_6, "65002", med=med_of_plain(daemon))]})
    meeting.theirs.withdraw(THEIR_PLAIN_6)
    meeting.daemons_here({})


def rfc8950(lab, daemon):
    """Routes of IPv4 with next hops of IPv6."""
    meeting = two(lab, daemon, [PLAIN], [THEIR_PLAIN], OURS_6, THEIRS_6, families=(IPV4,), extended_next_hop=True)
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS_6, "65001")]}, ("local_pref", "path_id", "med"))
    meeting.daemons_here({THEIR_PLAIN.prefix: [path(THEIRS_6, "65002", med=med_of_plain(daemon))]})


def confederation(lab, daemon):
    """RFC 5065: member ASes 65101 and 65102 of AS 65000; LOCAL_PREF and NEXT_HOP pass between them."""
    meeting = Meeting.__new__(Meeting)
    meeting.begin(lab, daemon,
                  Spec(65101, OURS, addresses(1), [Neighbor(THEIRS, 65102, OURS)], [PLAIN], (65000, (65102,))),
                  Spec(65102, THEIRS, addresses(2), [Neighbor(OURS, 65101, THEIRS)], [THEIR_PLAIN], (65000, (65101,))))
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, "(65101)", local_pref=100)]}, ("path_id", "med"))
    # GoBGP keeps LOCAL_PREF for its own member AS (seen on the wire); section 5.2 allows more, and asks for nothing.
    local_pref = None if daemon.name == "GoBGP" else 100
    meeting.daemons_here({THEIR_PLAIN.prefix: [path(THEIRS, "(65102)", local_pref=local_pref, med=med_of_plain(daemon))]})


def graceful_helper(lab, daemon):
    """RFC 4724 section 4.2: we are killed; the daemon keeps our routes until we are back."""
    meeting = two(lab, daemon, [PLAIN], [THEIR_PLAIN], OURS, THEIRS, graceful_restart=True)
    expected = {PLAIN.prefix: [path(OURS, "65001")]}
    meeting.ours_at_daemon(expected, ("local_pref", "path_id", "med", "communities"))
    meeting.ours.end(signal.SIGKILL)
    wait_until(lambda: not meeting.theirs.established(OURS), what="the daemon to notice")
    meeting.ours_at_daemon(expected, ("local_pref", "path_id", "med", "communities"))
    meeting.ours.start()
    wait_until(lambda: meeting.theirs.established(OURS), what="the session again")
    meeting.ours_at_daemon(expected, ("local_pref", "path_id", "med", "communities"))


def graceful_restarter(lab, daemon):
    """RFC 4724 section 4.2: the daemon is killed; we keep its routes until it is back, and never lose one."""
    meeting = two(lab, daemon, [PLAIN], [THEIR_PLAIN], OURS, THEIRS, graceful_restart=True)
    expected = {THEIR_PLAIN.prefix: [path(THEIRS, "65002", med=med_of_plain(daemon))]}
    meeting.daemons_here(expected)
    meeting.theirs.end(signal.SIGKILL)
    wait_until(lambda: not meeting.ours.established(THEIRS), what="us to notice")
    meeting.daemons_here(expected)
    meeting.theirs.start()
    wait_until(lambda: meeting.ours.established(THEIRS), what="the session again")
    meeting.daemons_here(expected)
    lost = [e for e in meeting.ours.events() if e["event"] == "rib" and e["prefix"] == THEIR_PLAIN.prefix and not e["reachable"]]
    assert not lost, lost


def add_path_receive(lab, daemon):
    """RFC 7911: the daemon sends us its own path and the source's of one prefix."""
    own = Route(PLAIN.prefix)
    meeting = Meeting(
        lab, daemon,
        Spec(65001, OURS, addresses(1), [Neighbor(THEIRS, 65002, OURS, add_path_receive=True)]),
        Spec(65002, THEIRS, addresses(2), [Neighbor(OURS, 65001, THEIRS, add_path_send=True),
                                           Neighbor(SOURCE_SIDE, 65003, THEIRS_SIDE)], [own]),
        Spec(65003, SOURCE_SIDE, addresses(3), [Neighbor(THEIRS_SIDE, 65002, SOURCE_SIDE)], [PLAIN]))
    wait_until(lambda: sorted(p["as_path"] for p in meeting.ours.received(THEIRS).get(PLAIN.prefix, []))
               == ["65002", "65002 65003"], what="both paths")
    identifiers = {p["path_id"] for p in meeting.ours.received(THEIRS)[PLAIN.prefix]}
    assert len(identifiers) == 2 and None not in identifiers


def add_path_send(lab, daemon):
    """RFC 7911: we send the daemon our own path and the source's of one prefix."""
    meeting = Meeting(
        lab, daemon,
        Spec(65001, OURS, addresses(1), [Neighbor(THEIRS, 65002, OURS, add_path_send=True),
                                         Neighbor(SOURCE_SIDE, 65003, OURS_SIDE)], [Route(PLAIN.prefix)]),
        Spec(65002, THEIRS, addresses(2), [Neighbor(OURS, 65001, THEIRS, add_path_receive=True)]),
        Spec(65003, SOURCE_SIDE, addresses(3), [Neighbor(OURS_SIDE, 65001, SOURCE_SIDE)], [PLAIN]))
    wait_until(lambda: sorted(p["as_path"] for p in meeting.theirs.routes(IPV4).get(PLAIN.prefix, []))
               == ["65001", "65001 65003"], what="both paths")
    meeting.source.withdraw(PLAIN)
    wait_until(lambda: [p["as_path"] for p in meeting.theirs.routes(IPV4).get(PLAIN.prefix, [])] == ["65001"],
               what="one path")


EXCHANGES = {
    ebgp: ("eBGP", "4-octet AS", "communities, standard", "communities, extended", "communities, large"),
    ibgp: ("iBGP",),
    rr_server: ("route reflection, we reflect",),
    rr_client: ("route reflection, it reflects",),
    md5: ("TCP-MD5",),
    gtsm: ("GTSM",),
    confederation: ("confederation",),
    add_path_receive: ("ADD-PATH, we receive",),
    add_path_send: ("ADD-PATH, we send",),
    graceful_helper: ("graceful restart, it helps",),
    graceful_restarter: ("graceful restart, it restarts",),
    ipv6: ("IPv6",),
    rfc8950: ("RFC 8950",),
    six_over_four: ("IPv6 over IPv4",),
    four_over_six: ("IPv4 over IPv6",),
    refresh_asked: ("route refresh, it asks",),
    refresh_asking: ("route refresh, we ask",),
    enhanced_asked: ("enhanced refresh, it asks",),
    enhanced_asking: ("enhanced refresh, we ask",),
    bfd: ("BFD",),
}
FEATURES = [feature for features in EXCHANGES.values() for feature in features]
PAIRS = [(exchange, daemon) for exchange, features in EXCHANGES.items() for daemon in DAEMONS
         if (daemon, features[0]) not in NOT_SUPPORTED]


@pytest.fixture(name="cells", scope="module")
def running_cells(request):
    """All the cells that were asked for, already running."""
    cells = Cells()
    for item in request.session.items:
        if getattr(item, "originalname", None) == "test_cell":
            exchange, daemon = item.callspec.params["exchange"], item.callspec.params["daemon"]
            cells.start((exchange, daemon), exchange, daemon)
    yield cells
    cells.close()
    request.config.matrix_table = cells.table(FEATURES)


@pytest.mark.parametrize(("exchange", "daemon"), PAIRS, ids=[f"{e.__name__}-{d}" for e, d in PAIRS])
def test_cell(cells, exchange, daemon):
    cells.wait((exchange, daemon), EXCHANGES[exchange])
