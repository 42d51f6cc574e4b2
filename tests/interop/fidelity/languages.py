"""A router of a design as frr.conf (for FRR, and for what is simulated) and as bird.conf."""


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
        lines += [f"router bgp {r.asn}", f" bgp router-id {r.router_id}", " no bgp ebgp-requires-policy",
                  " no bgp network import-check", " bgp deterministic-med", " bgp bestpath compare-routerid"]
        if r.always_compare_med:
            lines.append(" bgp always-compare-med")
        if r.multipath_relax:
            lines.append(" bgp bestpath as-path multipath-relax")
        if r.cluster_id:
            lines.append(f" bgp cluster-id {r.cluster_id}")
        for s in r.sessions:
            lines += [f" neighbor {s.address} remote-as {s.asn}", f" neighbor {s.address} timers connect 1"]
        lines.append(" address-family ipv4 unicast")
        lines += [f"  network {prefix}" for prefix in r.networks]
        lines += [f"  maximum-paths {r.multipath}", f"  maximum-paths ibgp {r.multipath}"]
        for number, s in enumerate(r.sessions):
            peer = f"  neighbor {s.address}"
            if s.client:
                lines.append(f"{peer} route-reflector-client")
            if s.next_hop_self and s.internal:
                lines.append(f"{peer} next-hop-self")
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
            if entry.local_pref is not None:
                self.maps.append(f" set local-preference {entry.local_pref}")
            if entry.med is not None:
                self.maps.append(f" set metric {entry.med}")
            if entry.prepend:
                self.maps.append(" set as-path prepend" + f" {self.router.asn}" * entry.prepend)
            if entry.add_communities:
                self.maps.append(f" set community {' '.join(entry.add_communities)} additive")
            if entry.set_communities is not None:
                self.maps.append(f" set community {' '.join(entry.set_communities)}")
            self.maps.append("exit")


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
        actions = []
        if entry.local_pref is not None:
            actions.append(f"bgp_local_pref = {entry.local_pref};")
        if entry.med is not None:
            actions.append(f"bgp_med = {entry.med};")
        actions += [f"bgp_path.prepend({router.asn});"] * entry.prepend
        if entry.set_communities is not None:
            actions.append("bgp_community.empty;")
        for community in (*entry.add_communities, *(entry.set_communities or ())):
            actions.append(f"bgp_community.add(({community.replace(':', ',')}));")
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
        lines += [f"protocol bgp peer{number} {{", f"  local {s.local} as {r.asn};", f"  neighbor {s.address} as {s.asn};",
                  "  connect delay time 1;", "  connect retry time 1;", "  error wait time 1, 2;", "  deterministic med on;"]
        if r.always_compare_med:
            lines.append("  med metric on;")
        if s.client:
            lines.append("  rr client;")
        if r.cluster_id:
            lines.append(f"  rr cluster id {r.cluster_id};")
        next_hop = " next hop self ebgp;" if s.next_hop_self and s.internal else ""
        lines += [f"  ipv4 {{ import filter in{number}; export filter out{number};{next_hop} }};", "}"]
    return "\n".join(lines) + "\n"
