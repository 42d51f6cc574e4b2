"""Draws a network of BGP speakers from a seed: ASes, sessions, what each router originates, and policies.

Nothing here knows a daemon's language. Arrival order is kept out where the RFC lets it in: MED is compared deterministically
and the router id breaks ties; what still has several stable ends (policies that disagree) is told by running again.
"""

import random
from dataclasses import dataclass, field

COMMUNITIES = [f"{asn}:{value}" for asn in (65000, 64512) for value in (10, 20, 30)]
WELL_KNOWN = ["no-export", "no-advertise", "local-AS", "graceful-shutdown", "blackhole"]


@dataclass
class Entry:
    """One entry of a policy; all that is given has to match."""
    permit: bool = True
    prefixes: list = field(default_factory=list)  # (prefix, ge, le)
    community: str | None = None
    local_pref: int | None = None
    med: int | None = None
    prepend: int = 0  # times its own AS
    add_communities: list = field(default_factory=list)
    set_communities: list | None = None
    # Of the features.
    large: str | None = None
    via: int | None = None  # an AS that is in the path
    on: bool = False  # when it matched, what follows is asked, too (`on-match next`)
    add_large: list = field(default_factory=list)
    add_extended: list = field(default_factory=list)
    clear_communities: bool = False
    delete_community: str | None = None
    origin: str | None = None
    prepend_others: list = field(default_factory=list)
    prepend_last: int = 0
    exclude: list = field(default_factory=list)
    med_added: int | None = None
    weight: int | None = None
    last: bool = False  # lets through what is left, as it is

    def touches(self):
        return not self.last


@dataclass
class Session:
    peer: str  # its name
    address: str
    local: str
    asn: int
    internal: bool
    client: bool = False
    next_hop_self: bool = False
    weight: int | None = None
    import_policy: list | None = None
    export_policy: list | None = None
    # Of the features.
    confederation: bool = False  # with another member AS of ours
    add_path_send: bool = False
    add_path_best_per_as: bool = False
    add_path_receive: bool = False
    not_sent: str | None = None  # a kind of communities
    options: list = field(default_factory=list)  # FRR's, of the address family
    local_as: str | None = None
    default_originate: bool = False

    def plain_external(self):
        return not self.internal and not self.confederation


@dataclass
class Router:
    name: str
    number: int
    asn: int  # as others see it
    kind: str = "frr"  # or "bird"
    traditional: bool = False
    interfaces: list = field(default_factory=list)  # (interface, address/length)
    statics: list = field(default_factory=list)  # (prefix, next hop)
    networks: list = field(default_factory=list)
    sessions: list = field(default_factory=list)
    always_compare_med: bool = False
    multipath: int = 1
    multipath_relax: bool = False
    cluster_id: str | None = None
    # Of the features.
    member: int | None = None  # its AS within a confederation
    other_members: tuple = ()
    aggregates: list = field(default_factory=list)  # (prefix, words)
    deterministic_med: bool = True
    missing_is_worst: bool = False
    compare_router_id: bool = True
    med_confederation: bool = False
    path_counts_confederation: bool = False
    default_local_pref: int | None = None
    no_client_to_client: bool = False
    reflects_with_policy: bool = False

    @property
    def own_as(self):
        return self.member or self.asn

    @property
    def router_id(self):
        return f"10.255.0.{self.number}"

    def lan_address(self):
        return f"10.{self.asn - 65000}.0.{self.number}"

    def add_interface(self, address):
        name = f"eth{len(self.interfaces)}"
        self.interfaces.append((name, address))
        return name


@dataclass
class Design:
    seed: int
    routers: list
    lans: dict  # AS number: its routers' (name, interface)
    cables: list  # ((name, interface), (name, interface))
    features: list = field(default_factory=list)

    def router(self, name):
        return next(r for r in self.routers if r.name == name)


class Drawing:
    def __init__(self, seed, with_bird):
        self.random = random.Random(seed)
        self.seed, self.with_bird = seed, with_bird
        self.cables, self.lans = [], {}

    def chance(self, probability):
        return self.random.random() < probability

    def draw(self):
        rnd = self.random
        count = rnd.randint(4, 12)
        as_count = rnd.randint(1, min(4, count))
        ases = [65001 + i for i in range(as_count)]
        numbers = ases + [rnd.choice(ases) for _ in range(count - as_count)]
        self.routers = [Router(f"r{i}", i, asn) for i, asn in enumerate(numbers, 1)]
        for router in self.routers:
            if self.with_bird and self.chance(0.25):
                router.kind = "bird"
            router.traditional = self.chance(0.3)
        self.members = {asn: [r for r in self.routers if r.asn == asn] for asn in ases}
        self.inside()
        self.between(ases)
        self.originate()
        for router in self.routers:
            router.always_compare_med = self.chance(0.2)
            # BIRD merges paths only on the way to the kernel.
            if router.kind == "frr" and self.chance(0.5):
                router.multipath = rnd.randint(2, 4)
                router.multipath_relax = self.chance(0.5)
            for session in router.sessions:
                self.policies(router, session)
        return Design(self.seed, self.routers, self.lans, self.cables)

    def inside(self):
        """One LAN an AS; iBGP as a full mesh or with reflectors."""
        for asn, members in self.members.items():
            self.lans[asn] = [(r.name, r.add_interface(f"{r.lan_address()}/24")) for r in members]
            reflectors = members[:self.random.randint(1, 2)] if len(members) > 2 and self.chance(0.5) else []
            next_hop_self = self.chance(0.6)
            if len(reflectors) == 2 and self.chance(0.3):
                for reflector in reflectors:
                    reflector.cluster_id = f"10.254.0.{asn - 65000}"
            for i, a in enumerate(members):
                for b in members[i + 1:]:
                    if reflectors and a not in reflectors and b not in reflectors:
                        continue
                    for one, other in ((a, b), (b, a)):
                        client = one in reflectors and other not in reflectors
                        one.sessions.append(Session(other.name, other.lan_address(), one.lan_address(), asn, True,
                                                    client, next_hop_self))

    def between(self, ases):
        """External sessions, each on its own cable: a tree of the ASes, and a few more."""
        pairs = [(self.random.choice(ases[:i]), ases[i]) for i in range(1, len(ases))]
        if len(ases) > 1:
            pairs += [tuple(self.random.sample(ases, 2)) for _ in range(self.random.randint(0, 4))]
        for number, (left_as, right_as) in enumerate(pairs, 1):
            left, right = self.random.choice(self.members[left_as]), self.random.choice(self.members[right_as])
            addresses = (f"10.100.{number}.1", f"10.100.{number}.2")
            ends = [(r.name, r.add_interface(f"{a}/30")) for r, a in zip((left, right), addresses)]
            self.cables.append(tuple(ends))
            left.sessions.append(Session(right.name, addresses[1], addresses[0], right.asn, False))
            right.sessions.append(Session(left.name, addresses[0], addresses[1], left.asn, False))
            for border in (left, right):
                # Who gets the route with the neighbour's address as the next hop has to know the way.
                if not any(s.next_hop_self for s in border.sessions if s.internal):
                    for other in self.members[border.asn]:
                        if other is not border and not any(a.startswith(f"10.100.{number}.") for _, a in other.interfaces):
                            other.statics.append((f"10.100.{number}.0/30", border.lan_address()))

    def originate(self):
        pool = [f"100.64.{i}.0/24" for i in range(1, 9)] + [f"100.64.{i}.128/25" for i in (1, 2, 3)]
        self.pool = pool
        for router in self.routers:
            router.networks = self.random.sample(pool, self.random.randint(0, 3))
        if not any(r.networks for r in self.routers):
            self.routers[0].networks = [pool[0]]

    def policies(self, router, session):
        if self.chance(0.4):
            session.import_policy = self.policy(session, incoming=True)
        if self.chance(0.4):
            session.export_policy = self.policy(session, incoming=False)
        if router.kind == "frr" and not session.internal and self.chance(0.1):
            session.weight = self.random.choice((10, 20))

    def policy(self, session, incoming):
        entries = [self.entry(session, incoming) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.85):
            entries.append(Entry(last=True))
        return entries

    def entry(self, session, incoming):
        rnd, entry = self.random, Entry(permit=self.chance(0.8))
        if self.chance(0.7):
            for prefix in rnd.sample(self.pool, rnd.randint(1, 3)):
                length = int(prefix.split("/")[1])
                entry.prefixes.append((prefix, None, 32 if self.chance(0.3) and length < 32 else None))
        elif self.chance(0.6):
            entry.community = rnd.choice(COMMUNITIES)
        if not entry.permit:
            return entry
        if self.chance(0.5 if incoming and not session.internal else 0.1):
            entry.local_pref = rnd.choice((80, 100, 120, 150))
        if self.chance(0.3):
            entry.med = rnd.choice((0, 10, 20, 30))
        if not session.internal and self.chance(0.3):
            entry.prepend = rnd.randint(1, 3)
        if self.chance(0.4):
            entry.add_communities = rnd.sample(COMMUNITIES, rnd.randint(1, 2))
        elif self.chance(0.1):
            entry.set_communities = rnd.sample(COMMUNITIES, rnd.randint(1, 2))
        return entry


def draw(seed, with_bird=True):
    """The plain design, see features.py for more."""
    return Drawing(seed, with_bird).draw()
