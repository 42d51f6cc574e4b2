// What clients got, and what the network did, over the same time. A click chooses the moment.
import { by_id, count, duration, evidence, fill, h, moment, table } from "./dom.js";
import { colour } from "./state.js";

const axis_width = 62;

// Counts of the records of a table by interval.
function counted(run, table_, matches) {
  const width = run.series.interval_ns;
  const out = new Array(run.series.ok.length).fill(0);
  const times = table_.column("at_ns");
  for (let row = 0; row < table_.length; ++row) {
    if (matches(row)) ++out[Math.min(out.length - 1, Math.floor(times[row] / width))];
  }
  return out;
}

function established(run, history) {
  const width = run.series.interval_ns;
  return run.series.ok.map((_, i) =>
    history.sessions_at(Math.min((i + 1) * width - 1, run.run.simulated_ns)).filter((s) => s.state === "Established").length);
}

export function charts_view(run, history, choice) {
  const { series } = run;
  const { simulated_ns } = run.run;
  const x = series.ok.map((_, i) => (i * series.interval_ns) / 1e9);
  const per_second = (list) => list.map((n) => (n * 1e9) / series.interval_ns);
  const ms = (list) => list.map((ns) => (ns === null ? null : Math.max(ns, 1) / 1e6));
  const plots = [];

  // Faults, and the chosen moment, on every chart.
  const marks = (with_names) => (u) => {
    const { ctx } = u;
    const { left, top, width, height } = u.bbox;
    const line = (ns, style, dash, thick) => {
      const at = u.valToPos(ns / 1e9, "x", true);
      if (at < left || at > left + width) return undefined;
      ctx.strokeStyle = style;
      ctx.lineWidth = thick * devicePixelRatio;
      ctx.setLineDash(dash.map((d) => d * devicePixelRatio));
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, top + height);
      ctx.stroke();
      return at;
    };
    ctx.save();
    ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = "top";
    line(choice.get("t"), colour("accent"), [], 2.5);
    history.faults.forEach((fault, i) => {
      const at = line(fault.at_ns, colour("bad"), [5, 4], 1.5);
      if (at === undefined || !with_names) return;
      const text = `${fault.action.replaceAll("_", " ")} ${fault.target}`;
      const wide = ctx.measureText(text).width;
      const to_left = at + wide + 8 * devicePixelRatio > left + width;
      ctx.fillStyle = colour("bad");
      ctx.textAlign = to_left ? "right" : "left";
      ctx.fillText(text, at + (to_left ? -5 : 5) * devicePixelRatio, top + (2 + (i % 4) * 14) * devicePixelRatio);
    });
    ctx.restore();
  };

  const axis = (values, extra) => ({ stroke: () => colour("muted"), grid: { stroke: () => colour("line"), width: 1 },
    ticks: { stroke: () => colour("line"), width: 1 }, font: "11px system-ui, sans-serif", ...(values ? { values } : {}), ...extra });
  const powers = (u, splits) => splits.map((s) => (Number.isInteger(Math.round(Math.log10(s) * 1e6) / 1e6) ? s : null));
  const line = (label, name, extra) => ({ label, stroke: () => colour(name), width: 1.6, points: { show: false }, ...extra });

  function chart(id, title, list, data, options) {
    const place = by_id(id);
    const size = () => ({ width: Math.max(240, place.clientWidth), height: options.height || 190 });
    const plot = new uPlot({
      ...size(), cursor: { sync: { key: "time" }, y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, range: [0, simulated_ns / 1e9] }, y: options.scale || {} },
      axes: [axis((u, splits) => splits.map((s) => `${+s.toFixed(6)}\u202fs`), { size: 36 }), axis(options.values, { size: axis_width, ...(options.powers ? { filter: powers, grid: { stroke: () => colour("line"), width: 1, filter: powers }, ticks: { show: false } } : {}) })],
      series: [{ label: "from", value: (u, v) => (v === null ? "-" : `${+v.toFixed(6)}\u202fs`) }, ...list],
      hooks: { draw: [marks(options.names)] }, legend: { live: true },
    }, [x, ...data], place);
    plot.over.addEventListener("click", () => {
      const at = plot.posToVal(plot.cursor.left, "x");
      choice.set({ t: Math.max(0, Math.min(simulated_ns, Math.round(at * 1e9))), playing: false,
        interval: Math.floor((at * 1e9) / series.interval_ns) });
    });
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", title);
    plots.push({ plot, size, place });
  }

  if (run.selection.requests === 0) {
    fill(by_id("rate-chart"), h("p", { class: "empty" }, "No client sent a request in this run."));
    fill(by_id("latency-chart"), h("p", { class: "empty" }, "Without requests there is no latency."));
  } else {
    const value = (unit) => (u, v) => (v === null || v === undefined ? "-" : `${+v.toPrecision(4)}${unit}`);
    chart("rate-chart", "Requests per second over time: succeeded and failed",
      [line("succeeded", "series-1", { fill: () => colour("tint-1"), value: value("/s") }),
        line("failed", "bad", { width: 0, fill: () => colour("bad"), paths: uPlot.paths.bars({ size: [0.9, 12] }), value: value("/s") })],
      [per_second(series.ok), per_second(series.failed)],
      { names: true, values: (u, splits) => splits.map((s) => `${s}/s`), scale: { range: (u, low, high) => [0, Math.max(1, high * 1.12)] } });
    const time = (u, v) => (v === null || v === undefined ? "-" : duration(Math.round(v * 1e6)));
    chart("latency-chart", "Latency of answered requests over time: percentiles 50, 90, 99 and the slowest, logarithmic",
      [line("p50", "series-1", { value: time }), line("p90", "series-3", { value: time, dash: [8, 4] }),
        line("p99", "series-2", { value: time }), line("max", "muted", { value: time, dash: [2, 3], width: 1.2 })],
      [ms(series.p50), ms(series.p90), ms(series.p99), ms(series.max)],
      { powers: true, values: (u, splits) => splits.map((s) => (s === null ? "" : duration(Math.round(s * 1e6)).replace(/\.0+(?=\D)/, ""))),
        scale: { distr: 3, range: (u, low, high) => (low === null ? [0.1, 10] : [10 ** Math.floor(Math.log10(low * 0.6)), 10 ** Math.ceil(Math.log10(high * 1.2))]) } });
  }
  const installed = run.kinds.fib.column("protocol");
  chart("network-chart", "BGP session ends Established, and changes of forwarding tables, over time",
    [line("session ends Established", "series-3"),
      line("route changes", "route", { scale: "y", paths: uPlot.paths.bars({ size: [0.9, 8] }), fill: () => colour("route"), width: 0 })],
    [established(run, history), counted(run, run.kinds.fib, (row) => installed[row] === "bgp")],
    { height: 150, scale: { range: (u, low, high) => [0, Math.max(1, high * 1.1)] } });

  fill(by_id("chart-note"), `Each point is ${duration(series.interval_ns)}; a request counts at the time at which its client meant to send it. `,
    "Click into a chart to move the replay there and to list the requests of that interval.");

  // Without a pointer the legends tell the figures of the chosen moment.
  const tell = () => {
    const idx = Math.min(x.length - 1, Math.floor(choice.get("t") / series.interval_ns));
    for (const { plot } of plots) plot.setLegend({ idx }, false);
  };
  for (const { plot } of plots) plot.over.addEventListener("mouseleave", () => requestAnimationFrame(tell));
  choice.follow(["t"], () => {
    for (const { plot } of plots) plot.redraw(false);
    requestAnimationFrame(tell);  // after uPlot has drawn, which clears it
  });
  choice.follow(["theme"], () => { for (const { plot } of plots) plot.redraw(false, true); });
  new ResizeObserver(() => {
    for (const { plot, size, place } of plots) if (place.clientWidth !== plot.width) plot.setSize(size());
  }).observe(by_id("rate-chart"));

  // The figures behind the lines; made when somebody opens them.
  const details = by_id("chart-table");
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("table")) return;
    const rows = [];
    series.ok.forEach((ok, i) => {
      if (ok + series.failed[i] === 0) return;
      const id = (index, text) => (index === null ? text : evidence(`request/${index}`, text));
      rows.push([moment(i * series.interval_ns), count(ok), id(series.first_failed[i], count(series.failed[i])),
        duration(series.p50[i]), duration(series.p90[i]), duration(series.p99[i]), id(series.slowest[i], duration(series.max[i]))]);
    });
    details.append(table(`Requests by ${duration(series.interval_ns)}`,
      ["from", "succeeded", "failed", "p50", "p90", "p99", "max"].map((title) => ({ title, number: true })), rows, "no request"));
  });
  return plots.map(({ plot }) => plot);
}
