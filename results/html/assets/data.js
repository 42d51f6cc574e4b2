// The run as the page holds it. How it is packed is said in results/html/columns.h and ways.h.
import { by_id } from "./dom.js";

export class Table {
  constructor(kind, packed, texts, values) {
    this.kind = kind;
    this.total = packed.total;
    this.columns = new Map();
    const times = [];
    for (const [name, type, list, ports] of packed.columns) {
      this.length = list.length;
      if (type === "t") times.push(list);
      const read = type === "s" ? list.map((i) => texts[i])
        : type === "b" ? list.map((i) => i === 1)
        : type === "j" ? list.map((i) => values[i])
        : type === "e" ? list.map((a, i) => endpoint(texts[a], ports[i]))
        : list;
      this.columns.set(name, read);
    }
    this.length = this.length || 0;
    for (let row = 0, first = 0; row < this.length; ++row) {
      let time = first;
      for (const list of times) list[row] = time += list[row];
      if (times.length > 0) first = times[0][row];
    }
    this.rows = null;  // null: row i is record i
    if (packed.rows) {
      let last = 0;
      this.rows = packed.rows.map((distance) => (last += distance));
      this.places = new Map(this.rows.map((index, row) => [index, row]));
    }
  }

  get complete() { return this.length === this.total; }
  column(name) { return this.columns.get(name) || []; }
  index(row) { return this.rows ? this.rows[row] : row; }
  id(row) { return `${this.kind}/${this.index(row)}`; }
  // The row of a record; undefined when the page does not hold it.
  row(index) { return this.rows ? this.places.get(index) : index < this.length ? index : undefined; }
  // As records.jsonl has it.
  record(row) {
    const out = { id: this.id(row) };
    for (const [name, list] of this.columns) out[name] = list[row];
    return out;
  }
}

function endpoint(address, port) {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function address_of(text) {
  const host = text.slice(0, text.lastIndexOf(":"));
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

// Where the way of each request begins in the stream. Read one by one when somebody asks.
class Ways {
  constructor(run, stream, shapes, texts) {
    this.run = run;
    this.stream = stream;
    this.texts = texts;
    this.shapes = shapes.map((shape) => shape.map(([node, input, output, switches]) => ({
      node: texts[node], in: texts[input], out: texts[output], switches: switches.map((s) => texts[s]) })));
    this.starts = [];
    this.hops_before = [];  // the hop record that the distances of a request count from
    let at = 0;
    let hop = 0;
    const way = () => {
      const length = shapes[stream[at++]].length;
      for (let i = 0; i < length; ++i, at += 2) hop += stream[at + 1];
    };
    while (at < stream.length) {
      this.starts.push(at);
      this.hops_before.push(hop);
      const legs = stream[at + 3];
      at += 4;
      for (let leg = 0; leg < legs; ++leg) {
        ++at;
        way();
        way();
      }
      at += 1 + stream[at];
      at += 1 + stream[at];
    }
  }

  // Of the request in `row` of its table.
  of(row) {
    const { stream, texts } = this;
    const { request, proxy } = this.run.kinds;
    let at = this.starts[row];
    let hop = this.hops_before[row];
    const name = () => (stream[at] < 0 ? (++at, "") : texts[stream[at++]]);
    const out = { row, edge: name(), ingress_pod: name(), app_pod: name(), legs: [] };
    const sent = request.column("sent_ns")[row];
    const way = () => {
      const shape = this.shapes[stream[at++]];
      let time = sent;
      return shape.map((place) => {
        time += stream[at++];
        hop += stream[at++];
        return { at: time, record: hop, ...place };
      });
    };
    const legs = stream[at++];
    for (let i = 0; i < legs; ++i) out.legs.push({ to: texts[stream[at++]], hops: way(), back: way() });
    const list = () => {
      let last = 0;
      const length = stream[at++];
      return Array.from({ length }, () => proxy.row((last += stream[at++])));
    };
    out.tries = list();
    out.chain = list();
    // The connection of each leg is what its two ends already say.
    out.legs.forEach((leg, i) => {
      const opener = i === 0 ? undefined : out.chain[i - 1];
      leg.from = i === 0 ? request.column("client")[row] : proxy.column("node")[opener];
      leg.source = i === 0 ? request.column("local")[row] : proxy.column("upstream_local")[opener];
      leg.destination = i === 0 ? request.column("remote")[row] : proxy.column("upstream")[opener];
    });
    return out;
  }

  get length() { return this.starts.length; }

  // The hop record `index` as records.jsonl has it; undefined when no way of this page has it.
  hop(index) {
    if (!this.places) {
      this.places = new Map();
      for (let row = 0; row < this.length; ++row) {
        for (const leg of this.of(row).legs) {
          for (const hop of leg.hops) this.places.set(hop.record, { hop, from: leg.source, to: leg.destination });
          for (const hop of leg.back) this.places.set(hop.record, { hop, from: leg.destination, to: leg.source });
        }
      }
    }
    const found = this.places.get(index);
    if (!found) return undefined;
    const { hop, from, to } = found;
    return { id: `hop/${index}`, at_ns: hop.at, node: hop.node, flow: { transport: "tcp", from, to },
      in: hop.in, out: hop.out };
  }
}

export function read_run() {
  const run = JSON.parse(by_id("data").textContent);
  const kinds = {};
  for (const [kind, packed] of Object.entries(run.kinds)) {
    kinds[kind] = new Table(kind, packed, run.texts, run.values);
  }
  run.kinds = kinds;
  run.ways = new Ways(run, run.ways, run.shapes, run.texts);
  return run;
}

// The record of an evidence id as records.jsonl has it; undefined when the page does not hold it.
export function record_of(run, id) {
  const [kind, number] = id.split("/");
  if (kind === "run") return { id, ...run.run };
  if (kind === "participants") return { id, ...run.participants };
  if (kind === "topology") return { id, ...run.topology };
  if (kind === "counters") return { id, ...run.counters };
  const index = Number(number);
  if (kind === "expectation") return index in run.expectations ? { id, ...run.expectations[index] } : undefined;
  if (kind === "hop") {
    const explained = run.explanations.hops[index];
    return run.ways.hop(index) || (explained && { id, ...explained });
  }
  const table = run.kinds[kind];
  const row = table && table.row(index);
  return row === undefined ? undefined : table.record(row);
}
