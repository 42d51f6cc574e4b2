"""Cells of the matrix about the session rather than its routes: refreshed routes, BFD, a family over the other's session."""

from dataclasses import replace

from daemons import Capture
from lab import wait_until
from meeting import (OURS, OURS_6, PLAIN, PLAIN_6, THEIR_PLAIN, THEIR_PLAIN_6, THEIRS, THEIRS_6, med_of_plain, two)
from peers import IPV4, IPV6, path

UPDATE, REFRESH = "2", "5"
BEGIN, END = "1", "2"  # RFC 7313 section 3.2


class Refreshing:
    """Ours and the daemon with a route each, and a capture of what they say from now on."""

    def __init__(self, lab, daemon):
        self.meeting = two(lab, daemon, [PLAIN], [THEIR_PLAIN], OURS, THEIRS)
        self.meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, "65001")]}, ("local_pref", "path_id", "med"))
        self.meeting.daemons_here({THEIR_PLAIN.prefix: [path(THEIRS, "65002", med=med_of_plain(daemon))]})
        self.capture = Capture(lab, self.meeting.ours.namespace, "eth0")

    def said(self, source):
        """What one side said so far: (type, subtype of a ROUTE-REFRESH, prefixes of an UPDATE)."""
        rows = []
        for kinds, subtypes, prefixes in self.capture.read(f"bgp && ip.src == {source}", "bgp.type", "bgp.route_refresh.subtype",
                                                           "bgp.nlri_prefix"):
            left = subtypes.split(",")
            rows += [(kind, left.pop(0) if kind == REFRESH and left[0] else None, prefixes) for kind in kinds.split(",")
                     if kind in (UPDATE, REFRESH)]
        return rows

    def wait(self, source, *expected):
        """Until `source` has said these, in this order."""
        def there():
            rest = iter((kind, subtype) for kind, subtype, _ in self.said(source))
            return all(any(one == wanted for one in rest) for wanted in expected)
        wait_until(there, timeout=30, interval=0.3, what=f"{expected} of {source}; it said {self.said(source)}")


def refresh_asked(lab, daemon):
    """RFC 2918: the daemon asks, and we say our route again."""
    both = Refreshing(lab, daemon)
    both.meeting.theirs.refresh(OURS)
    both.wait(THEIRS, (REFRESH, "0"))
    both.wait(OURS, (UPDATE, None))


def refresh_asking(lab, daemon):
    """RFC 2918: we ask, and the daemon says its route again."""
    both = Refreshing(lab, daemon)
    both.meeting.ours.refresh(THEIRS)
    both.wait(OURS, (REFRESH, "0"))
    both.wait(THEIRS, (UPDATE, None))


def enhanced_asked(lab, daemon):
    """RFC 7313: the daemon asks, and what we say again stands between BoRR and EoRR."""
    both = Refreshing(lab, daemon)
    both.meeting.theirs.refresh(OURS)
    both.wait(OURS, (REFRESH, BEGIN), (UPDATE, None), (REFRESH, END))
    both.meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, "65001")]}, ("local_pref", "path_id", "med"))


def enhanced_asking(lab, daemon):
    """RFC 7313: we ask; what the daemon says again stands between BoRR and EoRR, and we keep it."""
    both = Refreshing(lab, daemon)
    both.meeting.ours.refresh(THEIRS)
    both.wait(THEIRS, (REFRESH, BEGIN), (UPDATE, None), (REFRESH, END))
    both.meeting.daemons_here({THEIR_PLAIN.prefix: [path(THEIRS, "65002", med=med_of_plain(daemon))]})


def bfd(lab, daemon):
    """RFC 5880, 5882: a cable that carries nothing any more ends the session long before its hold time of 90 s, on both sides."""
    meeting = two(lab, daemon, [PLAIN], [THEIR_PLAIN], OURS, THEIRS, bfd=True)
    wait_until(lambda: meeting.theirs.bfd_up(OURS), timeout=40, what="the daemon's BFD")
    meeting.ours.event("bfd", peer=THEIRS, to="Up")
    # FRR makes its BFD session anew once, when BGP becomes Established.
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, "65001")]}, ("local_pref", "path_id", "med"))
    wait_until(lambda: meeting.theirs.bfd_up(OURS) and meeting.ours.established(THEIRS), what="both to be up")
    meeting.cut_ours()
    wait_until(lambda: not meeting.ours.established(THEIRS), timeout=8, what="us to notice")
    wait_until(lambda: not meeting.theirs.established(OURS), timeout=8, what="the daemon to notice")


def both_families(lab, daemon, ours, theirs, foreign):
    """Routes of both families; some daemons have to be told the next hop of the one that the session does not have."""
    hops = {THEIR_PLAIN: THEIRS, THEIR_PLAIN_6: THEIRS_6}
    told = [replace(route, next_hop=hop) if route.family == foreign else route for route, hop in hops.items()]
    meeting = two(lab, daemon, [PLAIN, PLAIN_6], told, ours, theirs, families=(IPV4, IPV6))
    med = med_of_plain(daemon)
    meeting.daemons_here({route.prefix: [path(hop, "65002", med=med)] for route, hop in hops.items()})
    return meeting


def six_over_four(lab, daemon):
    """RFC 4760: routes of IPv6 over a session of IPv4; our next hop is the interface's address."""
    meeting = both_families(lab, daemon, OURS, THEIRS, IPV6)
    meeting.ours_at_daemon({PLAIN_6.prefix: [path(OURS_6, "65001")]}, ("local_pref", "path_id", "med"), IPV6)


def four_over_six(lab, daemon):
    """RFC 4271's IPv4 routes over a session of IPv6, without RFC 8950."""
    meeting = both_families(lab, daemon, OURS_6, THEIRS_6, IPV4)
    meeting.ours_at_daemon({PLAIN.prefix: [path(OURS, "65001")]}, ("local_pref", "path_id", "med"), IPV4)
