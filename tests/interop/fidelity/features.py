"""What a design may have beyond the plain one: each feature changes a drawn design, by a stream of its own.

A design of `draw(seed, features=ALL)` has each of them by chance; one that names its features has them all. A feature moves nothing
of what the others draw, so that a seed and its features stay the same network when features are added.
"""

import random

from .design import COMMUNITIES, WELL_KNOWN, Session
from .design import draw as plain

LARGE = ["4200000001:1:1", "4200000001:2:7", "65001:1:2"]
EXTENDED = ["rt:65000:10", "rt:64512:20", "soo:65000:30"]
ORIGINS = ("igp", "egp", "incomplete")
FOREIGN = (64901, 64902, 4200000009)
MEMBERS = 64600  # and on: the member ASes of confederations


def entries(design):
    """Every entry that permits, with its router, session and direction."""
    for router in design.routers:
        for session in router.sessions:
            for policy, incoming in ((session.import_policy, True), (session.export_policy, False)):
                for entry in policy or ():
                    if entry.permit and entry.touches():
                        yield router, session, incoming, entry


def sessions(design, kind=None):
    for router in design.routers:
        for session in router.sessions:
            if kind is None or router.kind == kind:
                yield router, session


def communities(rnd, design):
    """Of three kinds: added, matched, deleted; the well-known ones; and not sent."""
    for router, _, _, entry in entries(design):
        if rnd.random() < 0.3:
            entry.add_large = rnd.sample(LARGE, rnd.randint(1, 2))
        if rnd.random() < 0.3:
            entry.add_extended = rnd.sample(EXTENDED, rnd.randint(1, 2))
        adds = entry.add_communities or entry.set_communities is not None
        if not adds and rnd.random() < 0.15:
            entry.add_communities = [rnd.choice(WELL_KNOWN)]
        elif not adds and rnd.random() < 0.15:
            entry.clear_communities = True
        elif rnd.random() < 0.15 and (router.kind == "frr" or not adds):
            entry.delete_community = rnd.choice(COMMUNITIES)
        if not entry.prefixes and not entry.community and rnd.random() < 0.4:
            entry.large = rnd.choice(LARGE)
    for _, session in sessions(design, "frr"):
        if rnd.random() < 0.1:
            session.not_sent = rnd.choice(("standard", "extended", "large", "both", "all"))


def paths(rnd, design):
    """AS_PATH and ORIGIN: matched, other ASes prepended and taken out again."""
    for router, session, _, entry in entries(design):
        if not entry.prefixes and not entry.community and rnd.random() < 0.5:
            entry.via = rnd.choice([*range(65001, 65005), *FOREIGN])
        if rnd.random() < 0.2:
            entry.origin = rnd.choice(ORIGINS)
        if not session.plain_external() or entry.prepend:
            continue
        if rnd.random() < 0.2:
            entry.prepend_others = rnd.sample(FOREIGN, rnd.randint(1, 2))
        elif rnd.random() < 0.2:
            entry.exclude = rnd.sample(FOREIGN, rnd.randint(1, 2))
        elif router.kind == "frr" and rnd.random() < 0.2:
            entry.prepend_last = rnd.randint(1, 2)


def metrics(rnd, design):
    """MED and what the decision makes of it."""
    for router in design.routers:
        router.deterministic_med = rnd.random() < 0.6
        router.missing_is_worst = rnd.random() < 0.3
        router.compare_router_id = router.kind == "bird" or rnd.random() < 0.6
        router.med_confederation = rnd.random() < 0.3
        router.path_counts_confederation = router.kind == "frr" and rnd.random() < 0.3
        router.default_local_pref = rnd.choice((None, None, None, 90, 120))
    for router, _, _, entry in entries(design):
        if entry.med is None and rnd.random() < 0.3:
            entry.med = rnd.choice((0, 5, 10, 20))
        elif entry.med is None and router.kind == "frr" and rnd.random() < 0.3:
            entry.med_added = rnd.choice((-5, 5, 100))


def flow(rnd, design):
    """Route maps that go on, and weights that they set."""
    for router, _, incoming, entry in entries(design):
        if router.kind == "frr":
            entry.on = rnd.random() < 0.3
            if incoming and rnd.random() < 0.15:
                entry.weight = rnd.choice((5, 15, 40000))


def add_path(rnd, design):
    """Towards FRR, which takes several paths from whoever has them; that BIRD shall take them cannot be said in frr.conf."""
    for router, session in sessions(design):
        if rnd.random() < 0.35 and design.router(session.peer).kind == "frr":
            session.add_path_send = True
            back = next(s for s in design.router(session.peer).sessions if s.address == session.local)
            back.add_path_receive = True
            session.add_path_best_per_as = router.kind == "frr" and router.deterministic_med and rnd.random() < 0.3


def aggregates(rnd, design):
    for router in design.routers:
        if router.kind == "frr" and rnd.random() < 0.4:
            for prefix in rnd.sample(("100.64.0.0/21", "100.64.4.0/22", "100.64.8.0/21", "100.64.0.0/16"), rnd.randint(1, 2)):
                router.aggregates.append((prefix, [
                    word for word, chance in (("as-set", 0.5), ("summary-only", 0.4), ("matching-MED-only", 0.2),
                                              (f"origin {rnd.choice(ORIGINS)}", 0.2)) if rnd.random() < chance]))


def sending(rnd, design):
    """What FRR does to a path on the way to a neighbour, or lets come from one."""
    for _, session in sessions(design, "frr"):
        if session.plain_external():
            if rnd.random() < 0.2:
                session.options.append(rnd.choice(("remove-private-AS", "remove-private-AS all", "remove-private-AS replace-AS",
                                                   "remove-private-AS all replace-AS")))
            if rnd.random() < 0.15:
                session.options.append(rnd.choice(("allowas-in 1", "allowas-in 2", "allowas-in origin")))
            if rnd.random() < 0.1:
                session.options.append("as-override")
            if rnd.random() < 0.15:
                # Not the AS_PATH: without it there is no end to what goes back and forth.
                session.options.append("attribute-unchanged med")
        elif session.internal and rnd.random() < 0.2:
            session.options.append("next-hop-self force")
        if rnd.random() < 0.2:
            session.options.append("soft-reconfiguration inbound")


def local_as(rnd, design):
    for number, (router, session) in enumerate(sessions(design, "frr")):
        if session.plain_external() and rnd.random() < 0.3:
            asn = 64700 + number
            session.local_as = f"{asn}{rnd.choice(('', ' no-prepend', ' no-prepend replace-as'))}"
            next(s for s in design.router(session.peer).sessions if s.address == session.local).asn = asn


def defaults(rnd, design):
    for _, session in sessions(design, "frr"):
        if rnd.random() < 0.15:
            session.default_originate = True


def reflection(rnd, design):
    for router in design.routers:
        clients = [s for s in router.sessions if s.client]
        if not clients or router.kind != "frr":
            continue
        router.no_client_to_client = rnd.random() < 0.3
        router.reflects_with_policy = rnd.random() < 0.4


def confederations(rnd, design):
    """Two member ASes in place of an AS, each a full mesh, with one or two sessions between them; next hops stay as they are."""
    for asn, ports in design.lans.items():
        members = [design.router(name) for name, _ in ports]
        if len(members) < 3 or rnd.random() < 0.3:
            continue
        for router in members:
            # Next hops outside stay as they are, so that the way there has to be known.
            known = {a.rsplit(".", 1)[0] for _, a in router.interfaces} | {p.rsplit(".", 1)[0] for p, _ in router.statics}
            for border in members:
                for cable in (a.rsplit(".", 1)[0] for _, a in border.interfaces[1:]):
                    if cable not in known:
                        router.statics.append((f"{cable}.0/30", border.lan_address()))
                        known.add(cable)
            router.sessions = [s for s in router.sessions if not s.internal]
            router.cluster_id = None
        first = MEMBERS + 2 * (asn - 65000)
        cut = rnd.randint(1, len(members) - 1)
        halves = (members[:cut], members[cut:])
        for half, number, other in zip(halves, (first, first + 1), (first + 1, first)):
            for router in half:
                router.member, router.other_members = number, (other,)
            for i, a in enumerate(half):
                for b in half[i + 1:]:
                    for one, peer in ((a, b), (b, a)):
                        one.sessions.append(Session(peer.name, peer.lan_address(), one.lan_address(), number, True))
        joints = {(rnd.choice(halves[0]).name, rnd.choice(halves[1]).name) for _ in range(2)}
        for left, right in sorted(joints):
            ends = [design.router(name) for name in (left, right)]
            for one, peer in (ends, ends[::-1]):
                one.sessions.append(Session(peer.name, peer.lan_address(), one.lan_address(), peer.member, False,
                                            confederation=True))


# Confederations make the sessions that the others change.
ALL = {f.__name__: f for f in (confederations, communities, paths, metrics, flow, add_path, aggregates, sending, local_as, defaults,
                               reflection)}


def draw(seed, with_bird=True, features=None):
    """None: each feature by chance."""
    design = plain(seed, with_bird)
    for name, feature in ALL.items():
        rnd = random.Random(f"{seed}/{name}")
        if rnd.random() < 0.3 if features is None else name in features:
            feature(rnd, design)
            design.features.append(name)
    return design
