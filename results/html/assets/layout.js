// Where each machine stands in the drawing: in layers by its distance from the clients, pods in a
// list at their node. Narrow windows get the layers from left to right, where the text fits.
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

// {places: name -> {x, y, width, height}, width, height, transposed}
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

  const transposed = width < 620;
  const box = (name) => (machines.get(name).kind === "switch"
    ? { width: transposed ? 44 : 76, height: 26 }
    : { width: transposed ? 74 : 96, height: 50 });
  const pod_step = transposed ? 17 : 19;
  const room = (name) => {  // across the layer
    const count = (pods.get(name) || []).length;
    if (transposed) return Math.max(box(name).height + 14, count * pod_step + 14);
    return box(name).width + (count > 0 ? 32 : 20);
  };
  const across = Math.max(transposed ? 200 : width, ...layers.map((layer) => layer.reduce((sum, name) => sum + room(name), 0)));
  const places = new Map();
  let along = 8;
  for (const layer of layers) {
    const depth = Math.max(...layer.map((name) => (transposed ? box(name).width : box(name).height)));
    const sum = layer.reduce((total, name) => total + room(name), 0);
    const spare = (across - sum) / layer.length;
    let at = 0;
    for (const name of layer) {
      const cross = at + (room(name) + spare) / 2;
      at += room(name) + spare;
      const middle = along + depth / 2;
      places.set(name, { ...(transposed ? { x: middle, y: cross } : { x: cross, y: middle }), ...box(name) });
    }
    along += depth + (transposed ? 24 : 58);
  }
  let deepest = along;
  for (const [host, list] of pods) {
    const at = places.get(host);
    list.forEach((name, i) => {
      const x = at ? (transposed ? at.x + at.width / 2 + 30 : at.x - 42) : 20;
      const y = at ? (transposed ? at.y + (i - (list.length - 1) / 2) * pod_step : at.y + at.height / 2 + 30 + i * pod_step) : along;
      places.set(name, { x, y, width: 9, height: 9 });
      deepest = Math.max(deepest, transposed ? x + 88 : y + 16);
    });
  }
  return transposed
    ? { places, width: deepest, height: across, transposed }
    : { places, width: across, height: deepest, transposed };
}
