// Puts the page together.
import { by_id, count, duration, fill, h, percent, plural } from "./dom.js";
import { address_of, read_run } from "./data.js";
import { History } from "./history.js";
import { evidence_panel } from "./evidence.js";
import { Choice } from "./state.js";
import { topology_view } from "./topology.js";
import { state_view, timeline_view } from "./timeline.js";
import { charts_view } from "./charts.js";
import { network_view } from "./network.js";
import { application_view } from "./application.js";
import { requests_view } from "./requests.js";
import { why_view } from "./why.js";

// The prefix that most requests went to; else the first that BGP carries.
function first_prefix(run, history) {
  const counts = new Map();
  for (const remote of run.kinds.request.column("remote")) {
    const address = address_of(remote);
    counts.set(address, (counts.get(address) || 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]).map(([address]) => address);
  const own = most && [`${most}/32`, `${most}/128`].find((prefix) => history.bgp_prefixes.has(prefix));
  return own || [...history.bgp_prefixes].sort()[0];
}

// The moment to open at: shortly after the first fault, or the end.
function first_moment(run, history) {
  return history.faults.length > 0 ? history.faults[0].at_ns : run.run.simulated_ns;
}

function tiles(run, history) {
  const { figures, selection } = run;
  const sessions = history.sessions_at(run.run.simulated_ns);
  // A machine without power says nothing more: its last word is not its state.
  const up = sessions.filter((s) => s.state === "Established" && !history.power_off(s.node, run.run.simulated_ns)).length;
  const succeeded = figures.clients.reduce((sum, c) => sum + c.succeeded, 0);
  const worst = figures.clients.reduce((found, c) => (c.answered && (!found || c.p99 > found.p99) ? c : found), null);
  const dropped = run.kinds.drop.total;
  const tile = (title, value, note, href, bad) => h("a", { class: `tile${bad ? " bad" : ""}`, href },
    h("span", { class: "tile-title" }, title), h("span", { class: "tile-value" }, value), h("span", { class: "tile-note" }, note));
  fill(by_id("tiles"),
    selection.requests > 0 && tile("Requests succeeded", percent(succeeded, selection.requests),
      `${count(succeeded)} of ${count(selection.requests)}`, "#request-figures", succeeded < selection.requests),
    worst && tile("Latency p99", duration(worst.p99), `p50 ${duration(worst.p50)}, max ${duration(worst.max)}`, "#request-figures"),
    sessions.length > 0 && tile("BGP sessions at the end", `${count(up)}\u2009/\u2009${count(sessions.length)}`, "session ends Established", "#session-table", up < sessions.length),
    selection.requests > 0 && tile("Failed or slow, explained",
      `${count(run.explanations.failed + run.explanations.slow - run.explanations.unattributed)}\u2009/\u2009${count(run.explanations.failed + run.explanations.slow)}`,
      run.explanations.unattributed > 0 ? `${count(run.explanations.unattributed)} unattributed` : plural(run.explanations.groups.length, "cause"),
      "#why", run.explanations.unattributed > 0),
    tile("Loops, blackholes", count(run.windows.total), run.windows.total === 0 ? "every prefix had a way" : "windows in which packets could be lost",
      "#windows-title", run.windows.total > 0),
    tile("Packets dropped", count(dropped), dropped === 0 ? "none on any node" : plural(run.drops.length, "cause"), "#tries", dropped > 0),
    tile("Failed tries of proxies", count(run.failed_tries.reduce((sum, g) => sum + g.count, 0)), "answered or not by a later one", "#tries",
      run.failed_tries.length > 0),
    tile("Faults injected", count(history.faults.length), history.faults.length ? history.faults.map((f) => `${f.action.replaceAll("_", " ")} ${f.target}`).join(", ") : "an undisturbed run", "#replay"));
}

function theme(choice) {
  const button = by_id("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (choice.get("theme") ? choice.get("theme") === "dark" : system.matches);
  const show = () => {
    document.documentElement.dataset.theme = dark() ? "dark" : "light";
    fill(button, dark() ? "Light" : "Dark");
    button.setAttribute("aria-label", `Change to ${dark() ? "light" : "dark"} colours`);
  };
  button.addEventListener("click", () => choice.set({ theme: dark() ? "light" : "dark" }));
  system.addEventListener("change", () => { if (!choice.get("theme")) choice.set({ theme: system.matches ? "dark" : "light" }); });
  choice.follow(["theme"], show);
  // Paper is white.
  let before;
  addEventListener("beforeprint", () => { before = choice.get("theme"); choice.set({ theme: "light", playing: false }); });
  addEventListener("afterprint", () => choice.set({ theme: before }));
}

function bounds(run) {
  const { selection, kinds } = run;
  const lines = [];
  if (selection.kept < selection.requests) {
    lines.push(`Of ${count(selection.requests)} requests this page holds ${count(selection.kept)} one by one: `
      + `${count(selection.failed_kept)} of the ${count(selection.failed)} that failed, the ${count(selection.slowest_kept)} slowest, and a sample of the others. `
      + "Its figures and charts are of all of them.");
  }
  for (const table of Object.values(kinds)) {
    if (table.complete || table.kind === "request" || table.kind === "proxy") continue;
    lines.push(`Of ${count(table.total)} ${table.kind} records it holds the first ${count(table.length)}.`);
  }
  lines.push(`Everything else, such as the ${count(selection.hops)} hop records, is in records.jsonl beside it.`);
  fill(by_id("bounds"), lines.map((line) => h("p", null, line)));
}

function start() {
  const run = read_run();
  const history = new History(run);
  const { figures } = run;
  const any_failed = run.selection.failed > 0;
  const choice = new Choice({ t: first_moment(run, history), playing: false, prefix: first_prefix(run, history), sessions: "lost", pods: true, path: false,
    show: any_failed ? "failed" : "slowest",
    request: figures.slowest === null || figures.slowest === undefined ? undefined : run.kinds.request.row(figures.slowest) });
  theme(choice);
  tiles(run, history);
  timeline_view(run, history, choice);
  const drawing = topology_view(run, history, choice);
  state_view(run, history, choice);
  const plots = charts_view(run, history, choice);
  network_view(run, history, choice);
  application_view(run, history, choice);
  why_view(run, choice);
  requests_view(run, choice);
  bounds(run);
  evidence_panel(run, choice);
  // For a console, and for whoever examines the page.
  window.seatrial = { run, history, choice, drawing, plots };
  document.documentElement.dataset.ready = "true";
}

start();
