// The state of the world at a moment, from the records: what is asked for a moment is the last
// change of each thing at or before it.
import { by_name } from "./dom.js";
import { covers, parse_prefix } from "./prefix.js";

// Rows of a table under a key, each list in the order of time.
class Changes {
  constructor(table, keys) {
    this.times = table.column("at_ns");
    this.lists = new Map();
    const columns = keys.map((key) => table.column(key));
    for (let row = 0; row < table.length; ++row) {
      const key = columns.map((column) => column[row]).join("\n");
      const list = this.lists.get(key);
      if (list) list.push(row);
      else this.lists.set(key, [row]);
    }
  }
  // The row in force at `t`; undefined before the first.
  at(key, t) {
    const list = this.lists.get(key);
    if (!list) return undefined;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[list[middle]] <= t) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : list[low - 1];
  }
  keys() { return (this.sorted = this.sorted || [...this.lists.keys()].sort(by_name)); }
}

export class History {
  constructor(run) {
    this.run = run;
    const { session, link, fib, pod, endpoints, fault } = run.kinds;
    this.sessions = new Changes(session, ["node", "peer"]);
    this.links = new Changes(link, ["port"]);
    this.routes = new Changes(fib, ["prefix", "node"]);
    this.pods = new Changes(pod, ["pod"]);
    this.endpoints = new Changes(endpoints, ["service"]);
    this.faults = Array.from({ length: fault.length }, (_, row) => fault.record(row));
    this.owners = new Map();  // address -> nodes
    for (const node of run.topology.nodes) {
      for (const port of node.ports) {
        for (const text of port.addresses) {
          const address = text.split("/")[0];
          if (!address.startsWith("127.")) this.own(address, node.name);
        }
      }
    }
    pod.column("address").forEach((address, row) => this.own(address, pod.column("pod")[row]));
    this.nodes_of_prefix = new Map();
    this.bgp_prefixes = new Set();
    for (let row = 0; row < fib.length; ++row) {
      const prefix = fib.column("prefix")[row];
      if (!this.nodes_of_prefix.has(prefix)) this.nodes_of_prefix.set(prefix, new Set());
      this.nodes_of_prefix.get(prefix).add(fib.column("node")[row]);
      if (fib.column("protocol")[row] === "bgp") this.bgp_prefixes.add(prefix);
    }
  }

  own(address, node) {
    const list = this.owners.get(address);
    if (!list) this.owners.set(address, [node]);
    else if (!list.includes(node)) list.push(node);
  }
  // Who has an address: one node, or nothing for an unknown or a shared one.
  owner(address) {
    const list = this.owners.get(address);
    return list && list.length === 1 ? list[0] : undefined;
  }

  // [{node, peer, peer_node, state, at, reason, row}]
  sessions_at(t) {
    const { session } = this.run.kinds;
    const out = [];
    for (const key of this.sessions.keys()) {
      const [node, peer] = key.split("\n");
      const row = this.sessions.at(key, t);
      const known = row !== undefined;
      out.push({ node, peer, peer_node: this.owner(peer) || peer, row,
        state: known ? session.column("state")[row] : "not yet",
        at: known ? session.column("at_ns")[row] : null,
        reason: known ? session.column("reason")[row] : "" });
    }
    return out;
  }

  // true, false; undefined while there is no such port yet.
  port_up(port, t) {
    const row = this.links.at(port, t);
    return row === undefined ? undefined : this.run.kinds.link.column("up")[row];
  }
  link_up(link, t) {
    const ends = link.ports.map((port) => this.port_up(port, t));
    return ends.includes(false) ? false : ends.includes(undefined) ? undefined : true;
  }
  // The fault that took a machine's power, if it has none at `t`.
  power_off(node, t) {
    let found;
    for (const fault of this.faults) {
      if (fault.at_ns > t || fault.target !== node) continue;
      if (fault.action === "power_off") found = fault;
      if (fault.action === "power_on") found = undefined;
    }
    return found;
  }

  // The entry of a node for exactly `prefix`; undefined: none.
  route(prefix, node, t) {
    const { fib } = this.run.kinds;
    const row = this.routes.at(`${prefix}\n${node}`, t);
    if (row === undefined || !fib.column("installed")[row]) return undefined;
    return { node, prefix, row, next_hops: fib.column("next_hops")[row], protocol: fib.column("protocol")[row] };
  }
  routes_of(prefix, t) {
    const out = [];
    for (const node of this.nodes_of_prefix.get(prefix) || []) {
      const route = this.route(prefix, node, t);
      if (route) out.push(route);
    }
    return out.sort((a, b) => by_name(a.node, b.node));
  }

  // What each node does with packets to `prefix`: its own entry for it, or the longest that covers it.
  best_routes(prefix, t) {
    const wanted = parse_prefix(prefix);
    if (!wanted) return [];
    if (!this.parsed) this.parsed = new Map([...this.nodes_of_prefix.keys()].map((text) => [text, parse_prefix(text)]));
    const best = new Map();
    for (const [text, parsed] of this.parsed) {
      if (!parsed || !covers(parsed, wanted)) continue;
      for (const route of this.routes_of(text, t)) {
        const other = best.get(route.node);
        if (!other || parsed.length > other.length) best.set(route.node, { ...route, length: parsed.length });
      }
    }
    return [...best.values()].sort((a, b) => by_name(a.node, b.node));
  }

  // {pod, node, phase, ready, address, row}; undefined before it was made.
  pod(name, t) {
    const { pod } = this.run.kinds;
    const row = this.pods.at(name, t);
    return row === undefined ? undefined : { ...pod.record(row), row };
  }

  // Everything that happened and that a person wants to know of, in the order of time:
  // [{at, what, kind, id}].
  events() {
    if (this.event_list) return this.event_list;
    const { session, link, fib, pod, endpoints, note } = this.run.kinds;
    const out = [];
    const add = (table, kind, what) => {
      for (let row = 0; row < table.length; ++row) {
        const text = what(row);
        if (text) out.push({ at: table.column("at_ns")[row], kind, what: text, id: table.id(row) });
      }
    };
    for (const [i, fault] of this.faults.entries()) {
      out.push({ at: fault.at_ns, kind: "fault", what: `${fault.action.replaceAll("_", " ")} ${fault.target}`, id: `fault/${i}` });
    }
    add(link, "link", (row) => link.column("at_ns")[row] > 0 || !link.column("up")[row]
      ? `${link.column("port")[row]} ${link.column("up")[row] ? "up" : "down"}` : "");
    const was = new Map();
    add(session, "session", (row) => {
      const [node, peer, state, reason] = ["node", "peer", "state", "reason"].map((c) => session.column(c)[row]);
      const key = `${node}\n${peer}`;
      const before = was.get(key);
      was.set(key, state);
      const name = this.owner(peer) || peer;
      if (state === "Established") return `${node} to ${name}: Established`;
      return before === "Established" ? `${node} to ${name}: lost${reason ? `, ${reason}` : ""}` : "";
    });
    const learned = (row) => fib.column("protocol")[row] === "bgp";
    add(fib, "route", (row) => {
      if (!learned(row)) return "";
      const [node, prefix, hops, installed] = ["node", "prefix", "next_hops", "installed"].map((c) => fib.column(c)[row]);
      if (!installed) return `${node} has no ${prefix} any more`;
      return `${node}: ${prefix} via ${hops.map((hop) => this.owner(hop.address) || hop.address || hop.interface).join(", ")}`;
    });
    add(pod, "pod", (row) => `${pod.column("pod")[row]} ${pod.column("phase")[row]}${pod.column("ready")[row] ? ", ready" : ""}`);
    add(endpoints, "endpoints", (row) =>
      `${endpoints.column("service")[row]}: ${endpoints.column("ready")[row].length} ready`);
    add(note, "note", (row) => `${note.column("node")[row]}: ${note.column("kind")[row]}`
      + `${note.column("text")[row] ? ` (${note.column("text")[row]})` : ""}`);
    out.forEach((event, i) => { event.order = i; });
    out.sort((a, b) => a.at - b.at || a.order - b.order);
    this.event_list = out;
    return out;
  }
}
