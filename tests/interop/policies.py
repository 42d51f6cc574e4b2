"""Random route maps from a seed: lists of every kind, and entries that match, set, call and jump.

Not among them is what bgpd does to a route outside its route map: it adds no-export to the blackhole community (RFC 7999),
and sends an originator id only of routes that it reflects. Nor `match metric 0`, see models/frr/README.md.
"""

import random

ASNS = (65010, 65011, 65012, 4200000013, 65014)
COMMUNITIES = ("65010:1", "65010:2", "65010:30", "65011:1", "no-peer", "accept-own")
LARGE = ("65010:1:1", "65010:2:7", "4200000013:1:2")
EXTENDED = ("rt:65010:1", "rt:65011:7", "soo:65010:1")
# As FRR writes them; `_` is a separator.
PATHS = ("_65010_", "^65000", "65012$", "^65000_65011_", "_4200000013_", "^65000 [0-9]+$", "(_65010)+$", "65014|65012", ".*", "^$")
COMMUNITY_PATTERNS = ("65010:[12]", "_65011:", "^65010:30$", "no-peer", "^$", ".*")
LARGE_PATTERNS = ("65010:.*:1", "^4200000013:", "_65010:2:")
ORIGINS = ("igp", "egp", "incomplete")


class Lists:
    """Named lists, each with its lines, so that an entry may name one of a kind."""

    def __init__(self, rng, tag):
        self.rng, self.tag, self.lines, self.names = rng, tag, [], {}
        makers = {"prefix": self.prefix, "access": self.access, "path": self.path, "community": self.community,
                  "community-expanded": self.community_expanded, "large": self.large, "large-expanded": self.large_expanded,
                  "extended": self.extended}
        for kind, maker in makers.items():
            name = f"{tag}-{kind}"
            self.names[kind] = name
            for _ in range(rng.randint(1, 3)):
                self.lines.append(maker(name, rng.choices(("permit", "deny"), (3, 1))[0]))

    def prefix(self, name, action):
        length = self.rng.choice((16, 20, 22, 24))
        low = self.rng.randint(length, 28)
        bounds = self.rng.choice(("", f" ge {low}", f" le {low}", f" ge {low} le {self.rng.randint(low, 32)}"))
        where = "any" if self.rng.random() < 0.15 else f"{self.tag_prefix(length)}{bounds}"
        return f"ip prefix-list {name} {action} {where}"

    def tag_prefix(self, length):
        third = self.rng.choice((0, 4, 8, 16)) if length >= 20 else 0
        return f"{self.block()}.{third}.0/{length}"

    def block(self):
        return f"10.{int(self.tag[1:])}"

    def access(self, name, action):
        return f"access-list {name} {action} " + self.rng.choice((
            self.tag_prefix(20), f"{self.tag_prefix(24)} exact-match", f"{self.block()}.4.0 0.0.3.255",
            f"ip {self.block()}.0.0 0.0.255.255 255.255.255.0 0.0.0.0", "any"))

    def path(self, name, action):
        return f"bgp as-path access-list {name} {action} {self.rng.choice(PATHS)}"

    def community(self, name, action):
        members = self.rng.sample(COMMUNITIES, self.rng.randint(1, 2))
        return f"bgp community-list standard {name} {action} {' '.join(members)}"

    def community_expanded(self, name, action):
        return f"bgp community-list expanded {name} {action} {self.rng.choice(COMMUNITY_PATTERNS)}"

    def large(self, name, action):
        return f"bgp large-community-list standard {name} {action} {self.rng.choice(LARGE)}"

    def large_expanded(self, name, action):
        return f"bgp large-community-list expanded {name} {action} {self.rng.choice(LARGE_PATTERNS)}"

    def extended(self, name, action):
        return f"bgp extcommunity-list standard {name} {action} {self.rng.choice(EXTENDED).replace(':', ' ', 1)}"


def match(rng, names):
    return rng.choice((
        f"ip address prefix-list {names['prefix']}", f"ip address {names['access']}", f"ip address prefix-len {rng.choice((20, 22, 24))}",
        f"as-path {names['path']}", f"community {names['community']}{rng.choice(('', ' exact-match'))}",
        f"community {names['community-expanded']}", f"large-community {names['large']}{rng.choice(('', ' exact-match'))}",
        f"large-community {names['large-expanded']}", f"extcommunity {names['extended']}", f"metric {rng.choice((10, 20))}",
        f"local-preference {rng.choice((0, 100, 150))}", f"origin {rng.choice(ORIGINS)}", "peer 192.0.2.1", "peer 192.0.2.9", "ip next-hop type blackhole",
        "ip next-hop prefix-len 32", "ip next-hop address 192.0.2.1", "source-protocol bgp", "source-protocol static",
        f"tag {rng.randint(1, 2)}", "probability 100", "probability 0", "source-vrf default"))


def change(rng, names):
    some = " ".join(str(rng.choice(ASNS)) for _ in range(rng.randint(1, 3)))
    return rng.choice((
        f"as-path prepend {some}", f"as-path prepend last-as {rng.randint(1, 3)}", f"as-path exclude {some}",
        f"as-path replace {rng.choice(('any', *map(str, ASNS)))}",
        f"community {' '.join(rng.sample(COMMUNITIES, 2))}{rng.choice(('', ' additive'))}", "community none",
        f"comm-list {names[rng.choice(('community', 'community-expanded'))]} delete",
        f"large-community {' '.join(rng.sample(LARGE, 2))}{rng.choice(('', ' additive'))}", "large-community none",
        f"large-comm-list {names[rng.choice(('large', 'large-expanded'))]} delete",
        f"extcommunity {rng.choice(EXTENDED).replace(':', ' ', 1)}", "extcommunity none",
        f"local-preference {rng.choice(('150', '+50', '-20', '+4294967295'))}", f"metric {rng.choice(('7', '+10', '-15', '0'))}",
        f"origin {rng.choice(ORIGINS)}", "ip next-hop 192.0.2.77", "ip next-hop peer-address", "ip next-hop unchanged",
        f"aggregator as {rng.choice(ASNS)} 192.0.2.66", "atomic-aggregate",
        f"weight {rng.randint(1, 100)}", f"tag {rng.randint(1, 2)}", f"distance {rng.randint(1, 250)}"))


def head(line):
    """What makes two lines the same command, so that the second would take the first one's place."""
    words = line.split()
    return tuple(words[:2]) if words[0] in ("as-path", "extcommunity", "ip") else words[0]


def entry(rng, name, sequence, names, callee):
    lines = [f"route-map {name} {rng.choices(('permit', 'deny'), (5, 1))[0]} {sequence}"]
    for keyword, maker, most in (("match", match, 2), ("set", change, 4)):
        chosen = {}
        for _ in range(rng.randint(0, most)):
            line = maker(rng, names)
            chosen.setdefault(head(line), line)
        lines += [f" {keyword} {line}" for line in chosen.values()]
    if callee and rng.random() < 0.3:
        lines.append(f" call {callee}")
    going = rng.random()
    if going < 0.25:
        lines.append(" on-match next")
    elif going < 0.4:
        lines.append(f" on-match goto {sequence + rng.choice((5, 10, 20))}")
    elif going < 0.5:
        lines.append(f" continue {sequence + 10}")
    return [*lines, "exit"]


def policy(seed, number):
    """The lines of route map P<number>, with its lists and a map that it may call; it is about 10.<number>.0.0/16."""
    rng = random.Random(f"{seed}/{number}")
    lists = Lists(rng, f"L{number}")
    lines = list(lists.lines)
    callee = f"C{number}"
    for sequence in range(10, 10 * rng.randint(2, 3), 10):
        lines += entry(rng, callee, sequence, lists.names, None)
    for sequence in range(10, 10 * rng.randint(2, 6), 10):
        lines += entry(rng, f"P{number}", sequence, lists.names, callee)
    return lines
