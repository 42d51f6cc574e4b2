// Where each machine stands in the drawing: in layers by its distance from the clients, pods in a
// list at their node. In a narrow window a layer is as many rows as it needs; a machine with pods has
// a row of its own, with the pods beside it, and cables to those below lead along the left edge.
import { by_name } from "./dom.js";

const kind_order = ["client", "switch", "router", "edge", "node", "pod"];

export function neighbours_of(topology) {
  const out = new Map(topology.nodes.map((node) => [node.name, []]));
  topology.links.forEach((link, index) => {
    const [a, b] = link.ports.map(node_of_port);
    if (!out.has(a) || !out.has(b)) return;
    out.get(a).push({ name: b, link: index });
    out.get(b).push({ name: a, link: index });
  });
  return out;
}

// "core1:eth1" -> "core1".
export function node_of_port(port) {
  return port.slice(0, port.lastIndexOf(":"));
}

function distances(machines, neighbours) {
  const layer = new Map();
  const visit = (starts) => {
    let frontier = starts;
    frontier.forEach((name) => layer.set(name, 0));
    while (frontier.length > 0) {
      const next = [];
      for (const name of frontier) {
        for (const { name: other } of neighbours.get(name)) {
          if (layer.has(other) || !machines.has(other)) continue;
          layer.set(other, layer.get(name) + 1);
          next.push(other);
        }
      }
      frontier = next;
    }
  };
  const of_kind = (kind) => [...machines.values()].filter((m) => m.kind === kind).map((m) => m.name);
  // Without clients the first kind that there is begins; islands begin anew.
  for (const kind of kind_order) {
    const starts = of_kind(kind).filter((name) => !layer.has(name));
    if (starts.length > 0 && (layer.size === 0 || kind !== "switch")) visit(layer.size === 0 ? starts : starts.slice(0, 1));
  }
  for (const name of machines.keys()) if (!layer.has(name)) visit([name]);
  return layer;
}

// {places: name -> {x, y, width, height}, rails: link -> x, width, height, narrow}
export function place(topology, width, with_pods) {
  const neighbours = neighbours_of(topology);
  const machines = new Map(topology.nodes.filter((n) => n.kind !== "pod").map((n) => [n.name, n]));
  const pods = new Map();  // node -> its pods
  for (const node of topology.nodes) {
    if (node.kind !== "pod" || !with_pods) continue;
    const host = neighbours.get(node.name).map((n) => n.name).find((name) => machines.has(name));
    if (!pods.has(host)) pods.set(host, []);
    pods.get(host).push(node.name);
  }
  for (const list of pods.values()) list.sort(by_name);

  const layer_of = distances(machines, neighbours);
  const layers = [];
  for (const [name, layer] of layer_of) (layers[layer] = layers[layer] || []).push(name);
  const rank = new Map();
  for (const layer of layers) {
    // At the mean of those that it hangs on, so that few cables cross.
    const mean = (name) => {
      const above = neighbours.get(name).map((n) => rank.get(n.name)).filter((r) => r !== undefined);
      return above.length > 0 ? above.reduce((a, b) => a + b) / above.length : 0.5;
    };
    const keyed = layer.map((name) => ({ name, mean: mean(name), kind: kind_order.indexOf(machines.get(name).kind) }));
    keyed.sort((a, b) => a.mean - b.mean || a.kind - b.kind || by_name(a.name, b.name));
    layer.splice(0, layer.length, ...keyed.map((k) => k.name));
    layer.forEach((name, i) => rank.set(name, (i + 0.5) / layer.length));
  }

  return width < 620 ? stacked(layers, pods, machines, neighbours, width) : layered(layers, pods, machines, width);
}

function layered(layers, pods, machines, width) {
  const box = (name) => ({ width: machines.get(name).kind === "switch" ? 76 : 96, height: machines.get(name).kind === "switch" ? 26 : 50 });
  const pod_step = 19;
  const room = (name) => box(name).width + (pods.has(name) ? 32 : 20);
  const across = Math.max(width, ...layers.map((layer) => layer.reduce((sum, name) => sum + room(name), 0)));
  const places = new Map();
  let along = 8;
  for (const layer of layers) {
    const depth = Math.max(...layer.map((name) => box(name).height));
    const spare = (across - layer.reduce((total, name) => total + room(name), 0)) / layer.length;
    let at = 0;
    for (const name of layer) {
      places.set(name, { x: at + (room(name) + spare) / 2, y: along + depth / 2, ...box(name) });
      at += room(name) + spare;
    }
    along += depth + 58;
  }
  let deepest = along;
  for (const [host, list] of pods) {
    const at = places.get(host);
    list.forEach((name, i) => {
      const x = at ? at.x - 42 : 20;
      const y = at ? at.y + at.height / 2 + 30 + i * pod_step : along;
      places.set(name, { x, y, width: 9, height: 9 });
      deepest = Math.max(deepest, y + 16);
    });
  }
  return { places, rails: new Map(), width: across, height: deepest, narrow: false };
}

function stacked(layers, pods, machines, neighbours, width) {
  const box = (name) => ({ width: machines.get(name).kind === "switch" ? 62 : 84, height: machines.get(name).kind === "switch" ? 26 : 46 });
  const gap = 14;
  const pod_step = 18;
  const places = new Map();
  const rails = new Map();
  let y = 8;
  let rail = 6;
  for (const layer of layers) {
    const alone = layer.filter((name) => !pods.has(name));
    const hosts = layer.filter((name) => pods.has(name));
    const rows = [];
    let used = Infinity;
    for (const name of alone) {
      if (used + gap + box(name).width > width - 16) {
        rows.push([]);
        used = 0;
      }
      rows[rows.length - 1].push(name);
      used += gap + box(name).width;
    }
    // The last row is not one machine under a full one.
    const per_row = rows.length > 0 ? Math.ceil(alone.length / rows.length) : 0;
    for (let first = 0; first < alone.length; first += per_row) {
      const row = alone.slice(first, first + per_row);
      const depth = Math.max(...row.map((name) => box(name).height));
      row.forEach((name, i) => places.set(name, { x: (width * (i + 0.5)) / row.length, y: y + depth / 2, ...box(name) }));
      y += depth + (first + per_row < alone.length ? 22 : 46);
    }
    // The cables of one switch share a rail.
    const rail_of = new Map();
    for (const name of hosts) {
      for (const { name: other, link } of neighbours.get(name)) {
        if (!machines.has(other) || layer.includes(other)) continue;
        if (!rail_of.has(other)) rail_of.set(other, rail += 6);
        rails.set(link, rail_of.get(other));
      }
    }
    const left = rail + 14;
    for (const name of hosts) {
      const list = pods.get(name);
      const lines = Math.ceil(list.length / 2);
      const depth = Math.max(box(name).height, lines * pod_step);
      places.set(name, { x: left + box(name).width / 2, y: y + depth / 2, ...box(name) });
      const start = left + box(name).width + 14;
      const column = (width - start) / 2;
      list.forEach((pod, i) => places.set(pod, { x: start + column * Math.floor(i / lines) + 5,
        y: y + depth / 2 + ((i % lines) - (lines - 1) / 2) * pod_step, width: 9, height: 9, room: column - 16 }));
      y += depth + 16;
    }
    if (hosts.length > 0) y += 20;
  }
  const lost = pods.get(undefined) || [];
  lost.forEach((pod, i) => places.set(pod, { x: 12, y: y + i * pod_step, width: 9, height: 9, room: width - 30 }));
  return { places, rails, width, height: y + lost.length * pod_step, narrow: true };
}
