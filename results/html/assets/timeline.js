// The slider over the run: the moment that the drawing, the tables and the charts' mark show.
import { by_id, by_name, count, duration, evidence, fill, h, mark, moment, plural } from "./dom.js";

const strip_parts = 400;
const strip_rows = [
  { kind: "fault", title: "faults", match: (e) => e.kind === "fault" || (e.kind === "link" && e.what.endsWith(" down")) },
  { kind: "lost", title: "sessions lost", match: (e) => e.kind === "session" && !e.what.endsWith(": Established") },
  { kind: "session", title: "sessions established", match: (e) => e.kind === "session" && e.what.endsWith(": Established") },
  { kind: "route", title: "route changes", match: (e) => e.kind === "route" },
  { kind: "window", title: "loops, blackholes", spans: (run) => run.windows.list.map((w) => [w.from, w.to === null ? run.run.simulated_ns : w.to]) },
];

// The row of the strip that an event is in has its colour, too.
const shown_as = (event) => (strip_rows.find((row) => row.match && row.match(event)) || event).kind;

function strip(run, history) {
  const end = run.run.simulated_ns || 1;
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const picture = svg("svg", { viewBox: `0 0 ${strip_parts} ${strip_rows.length * 10}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  strip_rows.forEach((row, i) => {
    const parts = new Set();
    for (const event of history.events()) {
      if (row.match && row.match(event)) parts.add(Math.min(strip_parts - 1, Math.floor((event.at / end) * strip_parts)));
    }
    for (const [from, to] of row.spans ? row.spans(run) : []) {
      const x = (from / end) * strip_parts;
      picture.append(svg("rect", { x, y: i * 10 + 1.5, width: Math.max(0.8, (to / end) * strip_parts - x), height: 7, class: `tick ${row.kind}` }));
    }
    for (const part of parts) picture.append(svg("rect", { x: part, y: i * 10 + 1.5, width: 1.6, height: 7, class: `tick ${row.kind}` }));
  });
  return [h("div", { class: "strip-names", "aria-hidden": "true" }, strip_rows.map((row) => h("span", { class: row.kind }, row.title))),
    h("div", { class: "strip" }, picture)];
}

export function timeline_view(run, history, choice) {
  const end = run.run.simulated_ns;
  const step = end > 3.6e12 ? 1e9 : end > 1e9 ? 1e6 : 1e3;  // of the slider
  const events = history.events();
  const stops = [...new Set(events.filter((e) => e.kind === "fault" || e.kind === "link" || e.kind === "session" || e.kind === "route")
    .map((e) => e.at))];

  const slider = h("input", { type: "range", id: "moment", min: 0, max: Math.ceil(end / step), step: 1, "aria-label": "Moment of the run",
    on: { input: () => choice.set({ t: Math.min(end, Number(slider.value) * step), playing: false }) } });
  const shown = h("output", { for: "moment", id: "moment-text" });
  const play = h("button", { type: "button", id: "play", class: "primary", on: { click: () => {
    const at_end = choice.get("t") >= end;
    choice.set({ playing: !choice.get("playing"), ...(at_end && !choice.get("playing") ? { t: 0 } : {}) });
  } } });
  const jump = (direction) => {
    const t = choice.get("t");
    const next = direction > 0 ? stops.find((at) => at > t) : stops.findLast((at) => at < t);
    if (next !== undefined) choice.set({ t: next, playing: false });
  };
  const speed = h("select", { id: "speed" }, [0.1, 0.5, 1, 2, 5, 10, 30, 60].map((s) =>
    h("option", { value: s, selected: s === (end > 3e11 ? 30 : 5) }, `${s}\u00d7`)));
  const prefixes = [...history.bgp_prefixes].sort(by_name);
  const others = [...history.nodes_of_prefix.keys()].filter((p) => !history.bgp_prefixes.has(p)).sort(by_name);
  const option = (prefix) => h("option", { value: prefix }, prefix);
  const routes = h("select", { id: "prefix", on: { change: () => choice.set({ prefix: routes.value || undefined }) } },
    h("option", { value: "" }, "none"),
    prefixes.length > 0 && h("optgroup", { label: "learned by BGP" }, prefixes.map(option)),
    others.length > 0 && h("optgroup", { label: "other" }, others.map(option)));
  const sessions = h("select", { id: "sessions", on: { change: () => choice.set({ sessions: sessions.value }) } },
    [["lost", "not established"], ["all", "all"], ["none", "none"]].map(([value, text]) => h("option", { value }, text)));
  const pods = h("input", { type: "checkbox", id: "pods", checked: true, on: { change: () => choice.set({ pods: pods.checked }) } });

  const path = h("input", { type: "checkbox", id: "show-path", on: { change: () => choice.set({ path: path.checked }) } });
  const path_text = h("span");

  fill(by_id("controls"),
    h("div", { class: "moment-row" }, play,
      h("button", { type: "button", id: "previous", title: "Change before", "aria-label": "Change before", on: { click: () => jump(-1) } }, "\u25c0\u2009|"),
      h("button", { type: "button", id: "next", title: "Next change", "aria-label": "Next change", on: { click: () => jump(1) } }, "|\u2009\u25b6"),
      shown, h("label", { class: "push" }, "speed ", speed)),
    h("div", { class: "slide" }, slider, strip(run, history),
      h("div", { class: "scale", "aria-hidden": "true" }, [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", null, duration(Math.round(end * part)))))),
    history.faults.length > 0 && h("p", { class: "faults" }, "Faults: ", history.faults.map((fault, i) => [
      h("button", { type: "button", class: "fault", on: { click: () => choice.set({ t: fault.at_ns, playing: false }) } },
        `${fault.action.replaceAll("_", " ")} ${fault.target} at ${moment(fault.at_ns)}`), " ", evidence(`fault/${i}`), " "])),
    h("div", { class: "options" },
      h("label", null, "routes to ", routes), h("label", null, "BGP sessions ", sessions), h("label", { class: "check" }, pods, " pods"),
      run.selection.requests > 0 && h("label", { class: "check" }, path, path_text)));

  let last = 0;
  function tick(now) {
    if (!choice.get("playing")) return;
    const t = choice.get("t") + (now - last) * 1e6 * Number(speed.value);
    last = now;
    choice.set(t >= end ? { t: end, playing: false } : { t: Math.round(t) });
    requestAnimationFrame(tick);
  }
  choice.follow(["playing"], () => {
    const playing = choice.get("playing");
    fill(play, playing ? "Pause" : "Play");
    by_id("state").setAttribute("aria-live", playing ? "off" : "polite");
    if (playing) requestAnimationFrame((now) => { last = now; tick(now); });
  });
  choice.follow(["t"], () => {
    const t = choice.get("t");
    slider.value = Math.round(t / step);
    slider.setAttribute("aria-valuetext", moment(t));
    fill(shown, moment(t));
  });
  choice.follow(["path", "request"], () => {
    const row = choice.get("request");
    path.checked = choice.get("path");
    path.disabled = row === undefined;
    fill(path_text, row === undefined ? " path of a request (none chosen)" : ` path of request ${run.kinds.request.column("number")[row]}`);
  });
  choice.follow(["prefix"], () => { routes.value = choice.get("prefix") || ""; });
  return { stops };
}

// The same moment in words, beside the drawing.
export function state_view(run, history, choice) {
  const { topology } = run;
  const pods = new Set(topology.nodes.filter((node) => node.kind === "pod").map((node) => node.name));
  const cables = topology.links.filter((link) => !link.ports.some((port) => pods.has(port.slice(0, port.lastIndexOf(":")))));
  const link_row = (link, t) => link.ports.map((port) => history.links.at(port, t)).find((row) =>
    row !== undefined && !run.kinds.link.column("up")[row]);
  const names = (route) => (route.next_hops.length === 0 ? route.protocol
    : route.next_hops.map((hop) => history.owner(hop.address) || (/^(0\.0\.0\.0|::)$/.test(hop.address) ? `${route.protocol}, ${hop.interface}` : hop.address)).join(", "));
  const events = history.events();

  choice.follow(["t", "prefix", "node"], () => {
    const t = choice.get("t");
    const down = cables.filter((link) => history.link_up(link, t) === false);
    const sessions = history.sessions_at(t);
    const lost = sessions.filter((s) => s.state !== "Established");
    const node = choice.get("node");
    const prefix = choice.get("prefix");
    let recent = 0;
    for (let low = 0, high = events.length; low < high;) {
      const middle = (low + high) >> 1;
      if (events[middle].at <= t) low = recent = middle + 1;
      else high = middle;
    }
    const of_node = sessions.filter((s) => s.node === node);
    fill(by_id("state"),
      h("h3", null, "At ", moment(t)),
      h("p", { id: "state-links" }, mark(down.length > 0 ? "bad" : "ok", down.length > 0 ? "down" : "up"), " ",
        h("b", null, `${cables.length - down.length} of ${plural(cables.length, "link")} up`),
        down.length > 0 && h("ul", null, down.map((link) => h("li", null, link.ports.join(" \u2013 "), " ",
          evidence(run.kinds.link.id(link_row(link, t))))))),
      h("p", { id: "state-sessions" }, mark(lost.length > 0 ? "warn" : "ok", lost.length > 0 ? "not all" : "all"), " ",
        h("b", null, `${sessions.length - lost.length} of ${plural(sessions.length, "BGP session end")} Established`)),
      lost.length > 0 && h("ul", null, lost.slice(0, 5).map((s) => h("li", null, `${s.node} to ${s.peer_node}: ${s.state} `,
        s.row !== undefined && evidence(run.kinds.session.id(s.row)))),
        lost.length > 5 && h("li", null, `and ${count(lost.length - 5)} more: `, h("a", { href: "#sessions-now" }, "all sessions"))),
      node && h("h3", null, node),
      node && of_node.length > 0 && h("ul", null, of_node.map((s) => h("li", null, `to ${s.peer_node}: ${s.state} `,
        s.row !== undefined && evidence(run.kinds.session.id(s.row))))),
      node && of_node.length === 0 && h("p", { class: "hint" }, "It has no BGP session."),
      prefix && h("h3", null, "Routes to ", h("code", null, prefix)),
      prefix && h("ul", { id: "state-routes", class: "routes" }, history.routes_of(prefix, t).map((route) => h("li", null,
        h("b", null, route.node), ` via ${names(route)} `, evidence(run.kinds.fib.id(route.row))))),
      prefix && history.routes_of(prefix, t).length === 0 && h("p", { class: "hint" }, "No node has one."),
      h("h3", null, "Latest changes"),
      recent === 0 ? h("p", { class: "hint" }, "Nothing has happened yet.")
        : h("ol", { class: "events" }, events.slice(Math.max(0, recent - 8), recent).reverse().map((event) => h("li", { class: shown_as(event) },
          h("time", null, moment(event.at)), " ", event.what, " ", evidence(event.id)))));
  });
}
