// For the network team: sessions, routes and how long it took to settle.
import { by_id, by_name, count, duration, evidence, fill, h, mark, moment, plural, table } from "./dom.js";

const most_in_matrix = 16;
const most_routes = 200;  // rows at once

function matrix(run, history, sessions, t) {
  const speakers = [...new Set(sessions.flatMap((s) => [s.node, s.peer_node]))].sort(by_name);
  if (speakers.length > most_in_matrix) return null;
  const cell = new Map(sessions.map((s) => [`${s.node}\n${s.peer_node}`, s]));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sessions by speaker" },
    h("table", { class: "matrix" },
      h("caption", null, "Each row is one speaker's own view of its peers."),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "speaker"), speakers.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, speakers.map((node) => h("tr", null, h("th", { scope: "row" }, node), speakers.map((peer) => {
        const s = cell.get(`${node}\n${peer}`);
        if (!s) return h("td", { class: "none" }, node === peer ? "\u00b7" : "");
        const up = s.state === "Established";
        const text = up ? "\u2713" : s.state === "not yet" ? "\u2026" : `\u2715 ${s.state}`;
        const label = `${node} to ${peer}: ${s.state}`;
        const link = s.row === undefined ? text
          : h("a", { class: "evidence", href: `#evidence=${run.kinds.session.id(s.row)}`, title: label, "aria-label": label }, text);
        return h("td", { class: up ? "up" : history.power_off(node, t) ? "gone" : "down" }, link);
      }))))));
}

function session_table(run, history) {
  const { session } = run.kinds;
  const rows = () => history.sessions.keys().map((key) => {
    const list = history.sessions.lists.get(key);
    const [node, peer] = key.split("\n");
    const states = list.map((row) => session.column("state")[row]);
    const first = list[states.indexOf("Established")];
    const lost = list.filter((row, i) => i > 0 && states[i - 1] === "Established" && states[i] !== "Established");
    const last = list[list.length - 1];
    const at = (row) => (row === undefined ? "never" : h("span", null, `${moment(session.column("at_ns")[row])} `, evidence(session.id(row))));
    const up = states[states.length - 1] === "Established";
    return { well: up && lost.length === 0, cells: [node, `${history.owner(peer) || ""} ${peer}`.trim(),
      h("span", null, mark(up ? "ok" : "warn", session.column("state")[last]), " ", evidence(session.id(last))),
      at(first), lost.length === 0 ? "never" : at(lost[lost.length - 1]), count(states.filter((s) => s === "Established").length),
      lost.length === 0 ? "" : session.column("reason")[lost[lost.length - 1]]] };
  });
  const number = history.sessions.keys().length;
  const columns = [{ title: "speaker" }, { title: "peer" }, { title: "at the end" }, { title: "first Established" }, { title: "last lost" },
    { title: "times Established", number: true }, { title: "why lost" }];
  return [
    table("Session ends that were lost, or are not Established at the end", columns, rows().filter((row) => !row.well),
      number === 0 ? "no BGP session in this run" : "none: every session that was configured came up and stayed"),
    number > 0 && h("details", null, h("summary", null, `All ${plural(number, "session end")}`),
      table("All session ends over the whole run", columns, rows()))];
}

// [{title, id, from, to}]: the start of the run and each fault, up to the next one.
function triggers(run, history) {
  const out = [{ title: "start of the run", from: 0 }];
  history.faults.forEach((fault, i) => {
    out[out.length - 1].to = fault.at_ns;
    out.push({ title: `${fault.action.replaceAll("_", " ")} ${fault.target}`, id: `fault/${i}`, from: fault.at_ns });
  });
  out[out.length - 1].to = run.run.simulated_ns + 1;
  return out;
}

function settled(run, table_, trigger, matches) {
  const times = table_.column("at_ns");
  const rows = [];
  for (let row = 0; row < table_.length; ++row) {
    if (times[row] >= trigger.from && times[row] < trigger.to && matches(row)) rows.push(row);
  }
  return rows;
}

function convergence(run, history) {
  const { session, rib, fib } = run.kinds;
  const learned = (table_) => (row) => table_.column("protocol")[row] === "bgp";
  const rows = [];
  for (const trigger of triggers(run, history)) {
    const kinds = [
      ["BGP sessions", session, settled(run, session, trigger, () => true)],
      ["best paths (RIB)", rib, settled(run, rib, trigger, learned(rib))],
      ["forwarding (FIB)", fib, settled(run, fib, trigger, learned(fib))]];
    kinds.forEach(([what, table_, list], i) => {
      const after = (row) => [`+${duration(table_.column("at_ns")[row] - trigger.from)} `, evidence(table_.id(row))];
      const end = Math.min(trigger.to, run.run.simulated_ns);
      rows.push([i === 0 ? h("span", null, trigger.title, h("br"), h("span", { class: "hint" }, moment(trigger.from), " "), trigger.id && evidence(trigger.id)) : "",
        what, count(list.length), list.length ? after(list[0]) : "-", list.length ? after(list[list.length - 1]) : "-",
        list.length ? duration(end - table_.column("at_ns")[list[list.length - 1]]) : duration(end - trigger.from)]);
    });
  }
  return table("Changes after the start and after each fault, up to the next",
    [{ title: "after" }, { title: "what" }, { title: "changes", number: true }, { title: "first" }, { title: "last (settled)" },
      { title: "then quiet for", number: true }], rows);
}

function route_rows(run, history, t, every, node) {
  const groups = [];
  const prefixes = [...history.nodes_of_prefix.keys()].filter((p) => every || history.bgp_prefixes.has(p)).sort(by_name);
  for (const prefix of prefixes) {
    const by_hops = new Map();
    for (const route of history.routes_of(prefix, t)) {
      if (!every && route.protocol !== "bgp") continue;
      if (node && route.node !== node) continue;
      const hops = route.next_hops.length === 0 ? route.protocol
        : route.next_hops.map((hop) => (/^(0\.0\.0\.0|::)$/.test(hop.address) ? `${route.protocol}, ${hop.interface}`
          : history.owner(hop.address) ? `${history.owner(hop.address)} (${hop.address})` : hop.address)).join(", ");
      if (!by_hops.has(hops)) by_hops.set(hops, []);
      by_hops.get(hops).push(route);
    }
    for (const [hops, list] of by_hops) groups.push({ prefix, hops, list });
  }
  return groups;
}

// A packet's way while the window was open: each node leads to the entry by which it sent it on.
function witness(hops) {
  return hops.map((hop, i) => [i > 0 && " \u2192 ", hop.evidence ? evidence(hop.evidence, hop.node) : hop.node]);
}

function windows_table(run, choice) {
  const { list, total } = run.windows;
  const rows = list.map((w) => [mark("bad", w.kind), w.prefixes.join(", "),
    h("button", { type: "button", class: "linklike", title: "Show it in the drawing", on: { click: () => {
      choice.set({ t: w.from, playing: false, prefix: w.prefixes[0] });
      by_id("replay").scrollIntoView();
    } } }, moment(w.from)),
    w.to === null ? "to the end" : duration(w.to - w.from), w.nodes.map((n) => n.node).join(", "), h("span", null, witness(w.witness)),
    h("span", null, w.reason, " ", w.evidence.map((id) => [evidence(id), " "]))]);
  return [table("While one was open, packets towards the prefixes could be lost from these nodes, on at least one branch",
    [{ title: "what" }, { title: "prefixes" }, { title: "from" }, { title: "for", number: true }, { title: "from the nodes" },
      { title: "for example" }, { title: "why" }], rows, "none: at every moment packets towards every announced prefix had a way"),
  total > list.length && h("p", { class: "hint" }, `The first ${count(list.length)} of ${count(total)}.`)];
}

export function network_view(run, history, choice) {
  const sessions_total = history.sessions.keys().length;
  choice.follow(["t"], () => {
    if (sessions_total === 0) {
      fill(by_id("session-matrix"), h("p", { class: "empty" }, "No BGP session in this run."));
      return;
    }
    const t = choice.get("t");
    const sessions = history.sessions_at(t);
    const up = sessions.filter((s) => s.state === "Established").length;
    fill(by_id("session-matrix"),
      h("p", null, `At ${moment(t)}: `, h("b", null, `${up} of ${plural(sessions.length, "session end")} Established`), "."),
      matrix(run, history, sessions, t));
  });
  fill(by_id("session-table"), session_table(run, history));
  fill(by_id("windows"), windows_table(run, choice));
  fill(by_id("convergence"), convergence(run, history));

  const every = h("input", { type: "checkbox", id: "every-route", on: { change: () => show() } });
  const place = h("div");
  fill(by_id("routes"), h("p", { class: "options" }, h("label", { class: "check" }, every, " also connected, static and local routes")), place);
  function show() {
    const t = choice.get("t");
    const groups = route_rows(run, history, t, every.checked, undefined);
    const rows = groups.slice(0, most_routes).map(({ prefix, hops, list }) => [
      h("button", { type: "button", class: "linklike", title: "Show it in the drawing", on: { click: () => choice.set({ prefix }) } }, prefix),
      hops, h("span", { class: "chips" }, list.map((route) => evidence(run.kinds.fib.id(route.row), route.node)))]);
    fill(place, table(`Routes at ${moment(t)}; a node's name leads to the record that installed its route`,
      [{ title: "prefix" }, { title: "via" }, { title: "at" }], rows, "no node has a route learned by BGP at this moment"),
      groups.length > most_routes && h("p", { class: "hint" }, `The first ${most_routes} of ${count(groups.length)} lines. `,
        h("code", null, "seatrial show OUT fib --at T"), " prints them all."),
      !run.kinds.fib.complete && h("p", { class: "hint" }, `This page holds the first ${count(run.kinds.fib.length)} of `
        + `${count(run.kinds.fib.total)} changes of forwarding tables: what it shows is not the end of the run.`));
  }
  let due = false;
  choice.follow(["t"], () => {
    if (due) return;
    due = true;  // at most once a frame while it plays
    requestAnimationFrame(() => { due = false; show(); });
  });
}
