// The drawing of the network at the chosen moment.
import { by_id, by_name, short_pod } from "./dom.js";
import { colour } from "./state.js";
import { neighbours_of, node_of_port, place } from "./layout.js";

const kinds = { client: "client", switch: "switch", router: "router", edge: "edge", node: "node", pod: "pod" };

function style(narrow) {
  const ink = colour("ink");
  const base = {
    "font-family": "system-ui, sans-serif", "font-size": 11, "text-wrap": "wrap", "text-valign": "center",
    color: ink, "background-color": colour("surface"), "border-width": 1.5, "border-color": colour("line-strong"),
    shape: "round-rectangle", width: "data(width)", height: "data(height)", label: "data(label)",
    "line-height": 1.15, "transition-property": "none" };
  return [
    { selector: "node", style: base },
    { selector: "node.switch", style: { "background-color": colour("inset"), "border-color": colour("line-strong") } },
    { selector: "node.router", style: { "border-color": colour("series-1"), "background-color": colour("tint-1") } },
    { selector: "node.edge", style: { "border-color": colour("series-2"), "background-color": colour("tint-2") } },
    { selector: "node.node", style: { "border-color": colour("series-3"), "background-color": colour("tint-3") } },
    { selector: "node.pod", style: { shape: "ellipse", "border-width": 1.5, "border-color": colour("series-3"),
      "background-color": colour("surface"), "text-halign": "right", "text-margin-x": 4, "font-size": 10, color: colour("muted") } },
    { selector: "node.pod.ready", style: { "background-color": colour("series-3"), color: ink } },
    { selector: "node.pod.absent", style: { opacity: 0.25 } },
    { selector: "node.unwell", style: { "border-color": colour("warn"), "border-width": 2.5, "border-style": "solid" } },
    { selector: "node.off", style: { "border-color": colour("bad"), "border-width": 2.5, "border-style": "dashed",
      "background-color": colour("inset"), color: colour("bad"), "font-weight": "bold" } },
    { selector: "node.origin", style: { "border-style": "double", "border-width": 5, "border-color": colour("route") } },
    { selector: "node.chosen", style: { "overlay-color": colour("accent"), "overlay-opacity": 0.16, "overlay-padding": 5 } },
    { selector: "node.onpath", style: { "underlay-color": colour("path"), "underlay-opacity": 0.45, "underlay-padding": 6 } },
    { selector: "edge", style: { width: 1.6, "line-color": colour("line-strong"), "curve-style": "straight", "font-size": 10,
      color: ink, "text-background-color": colour("surface"), "text-background-opacity": 1, "text-background-padding": 2 } },
    // Pods stand in a list at their machine: one line leads along it; in a narrow drawing they are in its row.
    { selector: "edge.to-pod", style: narrow ? { display: "none" } : { "source-endpoint": "-42px 25px", width: 1.2 } },
    // From a switch down the left edge to a machine that stands in a column.
    { selector: "edge.rail", style: { "curve-style": "segments", "edge-distances": "node-position", "segment-weights": "data(weights)",
      "segment-distances": "data(distances)", "target-endpoint": "-50% 0%" } },
    { selector: "edge.absent", style: { opacity: 0.2 } },
    { selector: "edge.down", style: { "line-color": colour("bad"), "line-style": "dashed", width: 2.5, label: "\u2715 down", "z-index": 20,
      color: colour("bad"), "font-weight": "bold" } },
    { selector: "edge.rail.down", style: { label: "\u2715", "text-background-padding": 1 } },
    { selector: "edge.onpath", style: { "line-color": colour("path"), width: 6, "line-opacity": 0.85 } },
    { selector: "edge.session", style: { "curve-style": "unbundled-bezier", "control-point-distances": "data(bend)",
      "control-point-weights": 0.5, width: 1.3, "line-color": colour("ok"), "line-opacity": 0.75 } },
    { selector: "edge.session.lost", style: { "line-color": colour("warn"), "line-style": "dashed", width: 2.2, "line-opacity": 1 } },
    { selector: "edge.route", style: { "curve-style": "unbundled-bezier", "control-point-distances": "data(bend)",
      "control-point-weights": 0.5, width: 2.2, "line-color": colour("route"), "target-arrow-color": colour("route"),
      "target-arrow-shape": "triangle", "arrow-scale": 1.1 } },
    // Between machines of a layer an arc leads over the row.
    { selector: "edge.session.flat, edge.route.flat",
      style: { "source-endpoint": "0% -50%", "target-endpoint": "0% -50%" } },
    { selector: "edge.route.wider", style: { "line-style": "dashed" } },
  ];
}

// The links that the ways of a request lead over, and the nodes.
function path_marks(way, links_between) {
  const nodes = new Set();
  const links = new Set();
  for (const leg of way.legs) {
    for (const hops of [leg.hops, leg.back]) {
      const names = hops.flatMap((hop) => [hop.node, ...hop.switches]);
      names.forEach((name, i) => {
        nodes.add(name);
        const link = i > 0 ? links_between.get(`${names[i - 1]}\n${name}`) : undefined;
        if (link !== undefined) links.add(link);
      });
    }
  }
  return { nodes, links };
}

export function topology_view(run, history, choice) {
  const container = by_id("drawing");
  const { topology } = run;
  const neighbours = neighbours_of(topology);
  const links_between = new Map();
  for (const [name, list] of neighbours) for (const n of list) links_between.set(`${name}\n${n.name}`, n.link);
  const address_of = (node) => node.ports.flatMap((port) => port.addresses)
    .map((text) => text.split("/")[0]).find((address) => !address.startsWith("127.") && history.owner(address) === node.name);
  const known = new Set(topology.nodes.map((node) => node.name));
  const pods = new Set(topology.nodes.filter((node) => node.kind === "pod").map((node) => node.name));

  const elements = topology.nodes.map((node) => ({ group: "nodes", classes: kinds[node.kind] || "node",
    data: { id: `n:${node.name}`, name: node.name, kind: node.kind, label: "", width: 10, height: 10 } }));
  topology.links.forEach((link, i) => {
    const ends = link.ports.map(node_of_port);
    if (!ends.every((name) => known.has(name))) return;
    const to_pod = ends.some((name) => pods.has(name));
    if (pods.has(ends[0])) ends.reverse();  // a pod's cable is drawn from its machine
    elements.push({ group: "edges", classes: to_pod ? "link to-pod" : "link",
      data: { id: `l:${i}`, link: i, source: `n:${ends[0]}`, target: `n:${ends[1]}` } });
  });
  const cy = cytoscape({ container, elements, style: style(false), layout: { name: "preset" }, autoungrabify: true,
    boxSelectionEnabled: false, userZoomingEnabled: false, userPanningEnabled: false, minZoom: 0.1, maxZoom: 4 });
  let narrow = false;

  // A cable by way of the left edge: its two corners, as cytoscape wants them, along the straight line
  // between the machines and beside it.
  function lay_on_rail(edge, x) {
    const source = edge.source().position();
    const target = edge.target().position();
    const [dx, dy] = [target.x - source.x, target.y - source.y];
    const length = Math.hypot(dx, dy);
    const corners = [{ x, y: source.y + 26 }, { x, y: target.y }].map((corner) => [corner.x - source.x, corner.y - source.y]);
    edge.data({ weights: corners.map(([cx, cy_]) => (cx * dx + cy_ * dy) / length ** 2),
      distances: corners.map(([cx, cy_]) => (cy_ * dx - cx * dy) / length) });
  }

  function arrange() {
    const width = container.clientWidth;
    if (width === 0) return;
    const layout = place(topology, width - (width < 668 ? 12 : 48), choice.get("pods"));
    if (narrow !== layout.narrow) cy.style(style(layout.narrow));
    narrow = layout.narrow;
    const zoom = Math.min(1, (width - 12) / layout.width);
    container.style.height = `${Math.ceil(layout.height * zoom) + 20}px`;
    cy.resize();
    cy.batch(() => {
      for (const node of cy.nodes()) {
        const at = layout.places.get(node.data("name"));
        node.style("display", at ? "element" : "none");
        if (!at) continue;
        node.data({ width: at.width, height: at.height, room: at.room });
        node.position({ x: at.x, y: at.y });
      }
      topology.links.forEach((link, i) => {
        const edge = cy.getElementById(`l:${i}`);
        const rail = layout.rails.get(i);
        edge.toggleClass("rail", rail !== undefined);
        if (rail === undefined || edge.empty()) return;
        // From above to below, whichever end was named first.
        if (edge.source().position().y > edge.target().position().y) edge.move({ source: edge.target().id(), target: edge.source().id() });
        lay_on_rail(cy.getElementById(`l:${i}`), rail);
      });
    });
    cy.viewport({ zoom, pan: { x: Math.max(6, (width - layout.width * zoom) / 2), y: 6 } });
    refresh();
  }

  function label_of(node, t, ends) {
    if (node.kind === "pod") {
      const name = short_pod(node.name);
      const room = cy.getElementById(`n:${node.name}`).data("room");
      const fits = room === undefined ? name.length : Math.floor(room / 5.6);
      return name.length > fits ? `${name.slice(0, fits - 6)}\u2026${name.slice(-5)}` : name;
    }
    const off = history.power_off(node.name, t);
    const lines = [node.name];
    if (node.kind === "switch") return off ? `${node.name} OFF` : node.name;
    const address = address_of(node);
    if (address) lines.push(address);
    if (off) lines.push("POWER OFF");
    else if (ends.total > 0) lines.push(`BGP ${ends.up}/${ends.total}`);
    return lines.join("\n");
  }

  // A curve from `a` to `b`; between machines of the same layer it leads over the row, higher the
  // longer it is.
  function line(id, classes, a, b, bend) {
    const from = cy.getElementById(`n:${a}`).position();
    const to = cy.getElementById(`n:${b}`).position();
    const flat = Math.abs(from.y - to.y) < 2;
    const along = to.x - from.x;
    const height = Math.min(96, 26 + Math.abs(along) * 0.12);
    // One above the other in a column: around those between, on the left.
    const column = narrow && Math.abs(along) < 2;
    return { group: "edges", classes: flat ? `${classes} flat` : classes,
      data: { id, source: `n:${a}`, target: `n:${b}`, bend: flat ? Math.sign(along) * -height : column ? Math.sign(to.y - from.y) * 46 : bend } };
  }

  function overlay(t) {
    const out = [];
    const mode = choice.get("sessions");
    const chosen = choice.get("node");
    const pairs = new Map();  // one line for both ends
    for (const end of history.sessions_at(t)) {
      if (!known.has(end.node) || !known.has(end.peer_node)) continue;
      const key = [end.node, end.peer_node].sort(by_name).join("\n");
      const pair = pairs.get(key) || { up: true, begun: false };
      pair.up = pair.up && end.state === "Established";
      pair.begun = pair.begun || end.state !== "not yet";
      pairs.set(key, pair);
    }
    for (const [key, pair] of pairs) {
      const [a, b] = key.split("\n");
      const shown = mode === "all" || (mode === "lost" && !pair.up) || chosen === a || chosen === b;
      if (!shown || !pair.begun || mode === "none") continue;
      out.push(line(`s:${key}`, pair.up ? "session" : "session lost", a, b, 30));
    }
    const prefix = choice.get("prefix");
    if (prefix) {
      for (const route of history.best_routes(prefix, t)) {
        for (const hop of route.next_hops) {
          const to = history.owner(hop.address);
          if (!to || to === route.node || !known.has(to) || !known.has(route.node)) continue;
          out.push(line(`r:${route.node}\n${to}`, route.prefix === prefix ? "route" : "route wider", route.node, to, -22));
        }
      }
    }
    return out;
  }

  function refresh() {
    const t = choice.get("t");
    const ends = new Map(topology.nodes.map((node) => [node.name, { up: 0, total: 0 }]));
    for (const session of history.sessions_at(t)) {
      const count = ends.get(session.node);
      if (!count) continue;
      ++count.total;
      if (session.state === "Established") ++count.up;
    }
    const prefix = choice.get("prefix");
    const origins = new Set(prefix ? history.routes_of(prefix, t)
      .filter((route) => route.next_hops.every((hop) => /^(0\.0\.0\.0|::)$/.test(hop.address))).map((route) => route.node) : []);
    const request = choice.get("path") ? choice.get("request") : undefined;
    const marks = request === undefined ? { nodes: new Set(), links: new Set() } : path_marks(run.ways.of(request), links_between);
    cy.batch(() => {
      for (const node of topology.nodes) {
        const element = cy.getElementById(`n:${node.name}`);
        const count = ends.get(node.name);
        const off = node.kind !== "pod" && history.power_off(node.name, t) !== undefined;
        element.data("label", label_of(node, t, count));
        element.toggleClass("off", off);
        element.toggleClass("unwell", !off && count.up < count.total);
        element.toggleClass("origin", origins.has(node.name));
        element.toggleClass("chosen", choice.get("node") === node.name);
        element.toggleClass("onpath", marks.nodes.has(node.name));
        if (node.kind === "pod") {
          const pod = history.pod(node.name, t);
          const there = pod !== undefined && pod.phase === "Running";
          const host = pod && pod.node ? history.power_off(pod.node, t) : undefined;
          element.toggleClass("ready", there && pod.ready && !host);
          element.toggleClass("absent", !there || host !== undefined);
        }
      }
      topology.links.forEach((link, i) => {
        const element = cy.getElementById(`l:${i}`);
        const up = history.link_up(link, t);
        // A cable to a pod that is not there yet, or whose machine is off, is no finding.
        const pod = link.ports.some((port) => (cy.getElementById(`n:${node_of_port(port)}`).data("kind")) === "pod");
        element.toggleClass("absent", up === undefined || (pod && up === false));
        element.toggleClass("down", up === false && !pod);
        element.toggleClass("onpath", marks.links.has(i));
      });
      cy.remove("edge.session, edge.route");
      cy.add(overlay(t));
    });
  }

  cy.on("tap", "node", (event) => {
    const name = event.target.data("name");
    choice.set({ node: choice.get("node") === name ? undefined : name });
  });
  cy.on("tap", (event) => { if (event.target === cy) choice.set({ node: undefined }); });
  cy.on("mouseover", "node", (event) => { container.title = event.target.data("name"); });
  cy.on("mouseout", "node", () => { container.title = ""; });
  choice.follow(["t", "prefix", "sessions", "node", "request", "path"], refresh);
  choice.follow(["pods"], arrange);
  choice.follow(["theme"], () => cy.style(style(narrow)));
  let width = 0;
  new ResizeObserver(() => {
    if (container.clientWidth !== width) {
      width = container.clientWidth;
      arrange();
    }
  }).observe(container);
  return { cy, narrow: () => narrow };
}
