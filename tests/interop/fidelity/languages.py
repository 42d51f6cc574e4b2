"""A router of a design as frr.conf (for FRR, and for what is simulated) and as bird.conf."""

from peers.bird import ORIGINS

# As BIRD writes them.
WELL_KNOWN = {"no-export": "65535:65281", "no-advertise": "65535:65282", "local-AS": "65535:65283", "graceful-shutdown": "65535:0",
              "blackhole": "65535:666"}


class FrrText:
    def __init__(self, router, simulated):
        self.router, self.simulated = router, simulated
        self.lists, self.maps = [], []

    def text(self):
        r = self.router
        lines = [f"frr defaults {'traditional' if r.traditional else 'datacenter'}", f"hostname {r.name}"]
        if self.simulated:
            for name, address in r.interfaces:
                lines += [f"interface {name}", f" ip address {address}", "exit"]
            lines += [f"ip route {prefix} {hop}" for prefix, hop in r.statics]
        lines += [f"router bgp {r.own_as}", f" bgp router-id {r.router_id}", " no bgp ebgp-requires-policy",
                  " no bgp network import-check", f" {'' if r.deterministic_med else 'no '}bgp deterministic-med"]
        lines += [f" bgp bestpath {words}" for words, wanted in (
            ("compare-routerid", r.compare_router_id), ("med missing-as-worst", r.missing_is_worst),
            ("med confed", r.med_confederation), ("as-path confed", r.path_counts_confederation)) if wanted]
        if r.default_local_pref is not None:
            lines.append(f" bgp default local-preference {r.default_local_pref}")
        if r.no_client_to_client:
            lines.append(" no bgp client-to-client reflection")
        if r.reflects_with_policy:
            lines.append(" bgp route-reflector allow-outbound-policy")
        if r.member:
            lines += [f" bgp confederation identifier {r.asn}", f" bgp confederation peers {' '.join(map(str, r.other_members))}"]
        if r.always_compare_med:
            lines.append(" bgp always-compare-med")
        if r.multipath_relax:
            lines.append(" bgp bestpath as-path multipath-relax")
        if r.cluster_id:
            lines.append(f" bgp cluster-id {r.cluster_id}")
        for s in r.sessions:
            lines += [f" neighbor {s.address} remote-as {s.asn}", f" neighbor {s.address} timers connect 1"]
            if s.local_as:
                lines.append(f" neighbor {s.address} local-as {s.local_as}")
        lines.append(" address-family ipv4 unicast")
        lines += [f"  network {prefix}" for prefix in r.networks]
        lines += [f"  aggregate-address {' '.join([prefix, *words])}" for prefix, words in r.aggregates]
        lines += [f"  maximum-paths {r.multipath}", f"  maximum-paths ibgp {r.multipath}"]
        for number, s in enumerate(r.sessions):
            peer = f"  neighbor {s.address}"
            if s.client:
                lines.append(f"{peer} route-reflector-client")
            if s.next_hop_self and s.internal:
                lines.append(f"{peer} next-hop-self")
            if s.add_path_send:
                lines.append(f"{peer} addpath-tx-{'bestpath-per-AS' if s.add_path_best_per_as else 'all-paths'}")
            if s.not_sent:
                lines.append(f"  no neighbor {s.address} send-community {s.not_sent}")
            if s.default_originate:
                lines.append(f"{peer} default-originate")
            lines += [f"{peer} {option}" for option in s.options]
            if s.weight is not None:
                lines.append(f"{peer} weight {s.weight}")
            for policy, direction in ((s.import_policy, "in"), (s.export_policy, "out")):
                if policy is not None:
                    name = f"M{number}-{direction}"
                    lines.append(f"{peer} route-map {name} {direction}")
                    self.route_map(name, policy)
        return "\n".join([*lines, " exit-address-family", "exit", *self.lists, *self.maps]) + "\n"

    def route_map(self, name, policy):
        for index, entry in enumerate(policy, 1):
            self.maps.append(f"route-map {name} {'permit' if entry.permit else 'deny'} {index * 10}")
            if entry.prefixes:
                listed = f"P-{name}-{index}"
                for prefix, _, le in entry.prefixes:
                    self.lists.append(f"ip prefix-list {listed} permit {prefix}{f' le {le}' if le else ''}")
                self.maps.append(f" match ip address prefix-list {listed}")
            if entry.community:
                listed = f"C-{name}-{index}"
                self.lists.append(f"bgp community-list standard {listed} permit {entry.community}")
                self.maps.append(f" match community {listed}")
            if entry.large:
                listed = f"L-{name}-{index}"
                self.lists.append(f"bgp large-community-list standard {listed} permit {entry.large}")
                self.maps.append(f" match large-community {listed}")
            if entry.via:
                listed = f"A-{name}-{index}"
                self.lists.append(f"bgp as-path access-list {listed} permit _{entry.via}_")
                self.maps.append(f" match as-path {listed}")
            if entry.local_pref is not None:
                self.maps.append(f" set local-preference {entry.local_pref}")
            if entry.med is not None:
                self.maps.append(f" set metric {entry.med}")
            if entry.prepend:
                self.maps.append(" set as-path prepend" + f" {self.router.own_as}" * entry.prepend)
            if entry.add_communities:
                self.maps.append(f" set community {' '.join(entry.add_communities)} additive")
            if entry.set_communities is not None:
                self.maps.append(f" set community {' '.join(entry.set_communities)}")
            self.more(name, index, entry)
            self.maps.append("exit")

    def more(self, name, index, entry):
        """Of the features."""
        if entry.add_large:
            self.maps.append(f" set large-community {' '.join(entry.add_large)} additive")
        for kind in ("rt", "soo"):
            values = [text.split(":", 1)[1] for text in entry.add_extended if text.startswith(kind)]
            if values:
                self.maps.append(f" set extcommunity {kind} {' '.join(values)}")
        if entry.clear_communities:
            self.maps.append(" set community none")
        if entry.delete_community:
            listed = f"D-{name}-{index}"
            self.lists.append(f"bgp community-list standard {listed} permit {entry.delete_community}")
            self.maps.append(f" set comm-list {listed} delete")
        self.maps += [f" set {words}" for words, wanted in (
            (f"origin {entry.origin}", entry.origin), (f"weight {entry.weight}", entry.weight is not None),
            (f"metric {entry.med_added or 0:+}", entry.med_added is not None),
            (f"as-path prepend {' '.join(map(str, entry.prepend_others))}", entry.prepend_others),
            (f"as-path prepend last-as {entry.prepend_last}", entry.prepend_last),
            (f"as-path exclude {' '.join(map(str, entry.exclude))}", entry.exclude)) if wanted]
        if entry.on:
            self.maps.append(" on-match next")


def frr_text(router, simulated):
    return FrrText(router, simulated).text()


def bird_filter(router, name, policy, outgoing):
    lines = [f"filter {name} {{"]
    if outgoing:
        mine = "".join(f" || net = {prefix}" for prefix in router.networks)
        # In BIRD && and || bind alike.
        lines.append(f"  if ! ((source = RTS_BGP) || ((source = RTS_STATIC) && (false{mine}))) then reject;")
    for entry in policy if policy is not None else ():
        conditions = ["true"]
        if entry.prefixes:
            listed = ", ".join(f"{prefix}{{{prefix.split('/')[1]},{le}}}" if le else prefix for prefix, _, le in entry.prefixes)
            conditions.append(f"net ~ [ {listed} ]")
        if entry.community:
            conditions.append(f"({entry.community.replace(':', ',')}) ~ bgp_community")
        if entry.large:
            conditions.append(f"({entry.large.replace(':', ',')}) ~ bgp_large_community")
        if entry.via:
            conditions.append(f"bgp_path ~ [= * {entry.via} * =]")
        actions = []
        if entry.local_pref is not None:
            actions.append(f"bgp_local_pref = {entry.local_pref};")
        if entry.med is not None:
            actions.append(f"bgp_med = {entry.med};")
        actions += [f"bgp_path.prepend({asn});" for asn in [router.own_as] * entry.prepend + entry.prepend_others[::-1]]
        actions += [f"bgp_path.delete({asn});" for asn in entry.exclude]
        if entry.set_communities is not None or entry.clear_communities:
            actions.append("bgp_community.empty;")
        if entry.delete_community:
            actions.append(f"bgp_community.delete([({entry.delete_community.replace(':', ',')})]);")
        for community in (*entry.add_communities, *(entry.set_communities or ())):
            actions.append(f"bgp_community.add(({WELL_KNOWN.get(community, community).replace(':', ',')}));")
        for text in entry.add_large:
            actions.append(f"bgp_large_community.add(({text.replace(':', ',')}));")
        for text in entry.add_extended:
            kind, rest = text.split(":", 1)
            actions.append(f"bgp_ext_community.add(({'ro' if kind == 'soo' else 'rt'},{rest.replace(':', ',')}));")
        if entry.origin:
            actions.append(f"bgp_origin = {ORIGINS[entry.origin]};")
        actions.append("accept;" if entry.permit else "reject;")
        lines.append(f"  if {' && '.join(conditions)} then {{ {' '.join(actions)} }}")
    return [*lines, "  accept;" if policy is None else "  reject;", "}"]


def bird_text(router):
    r = router
    lines = ["log stderr all;", f"router id {r.router_id};", "protocol device { }", "protocol direct { ipv4; }",
             "protocol static {", "  ipv4;", *(f"  route {prefix} blackhole;" for prefix in r.networks),
             *(f"  route {prefix} via {hop};" for prefix, hop in r.statics), "}"]
    for number, s in enumerate(r.sessions):
        lines += bird_filter(r, f"in{number}", s.import_policy, False)
        lines += bird_filter(r, f"out{number}", s.export_policy, True)
        lines += [f"protocol bgp peer{number} {{", f"  local {s.local} as {r.own_as};", f"  neighbor {s.address} as {s.asn};",
                  "  connect delay time 1;", "  connect retry time 1;", "  error wait time 1, 2;", f"  deterministic med {'on' if r.deterministic_med else 'off'};"]
        if r.missing_is_worst:
            lines.append("  default bgp_med 4294967295;")
        if r.default_local_pref is not None:
            lines.append(f"  default bgp_local_pref {r.default_local_pref};")
        if r.member:
            lines += [f"  confederation {r.asn};", f"  confederation member {'on' if s.confederation or s.internal else 'off'};"]
        if r.always_compare_med:
            lines.append("  med metric on;")
        if s.client:
            lines.append("  rr client;")
        if r.cluster_id:
            lines.append(f"  rr cluster id {r.cluster_id};")
        next_hop = " next hop self ebgp;" if s.next_hop_self and s.internal else ""
        # To BIRD a session with another AS is direct, with another member AS, too: no next hop but on its own subnets.
        next_hop += " gateway recursive;" if s.confederation else ""
        if s.add_path_send or s.add_path_receive:
            next_hop += f" add paths {'on' if s.add_path_send and s.add_path_receive else 'tx' if s.add_path_send else 'rx'};"
        lines += [f"  ipv4 {{ import filter in{number}; export filter out{number};{next_hop} }};", "}"]
    return "\n".join(lines) + "\n"
