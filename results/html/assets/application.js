// For the application team: what was asked, who answered, what was tried again.
import { by_id, by_name, count, duration, evidence, fill, h, mark, moment, percent, plural, table } from "./dom.js";
import { address_of } from "./data.js";

function request_table(run, choice) {
  const row = (f, all) => {
    const good = f.succeeded === f.count;
    const list = (text, filter) => h("button", { type: "button", class: "linklike", title: "List these requests",
      on: { click: () => {
        choice.set({ show: filter, client: f.client, group: all ? undefined : `${f.host}${f.path}`, interval: undefined });
        by_id("requests").scrollIntoView();
      } } }, text);
    return { class: all ? "total" : "", cells: [all ? `all of ${f.client}` : `${f.host}${f.path}`, list(count(f.count), "all"),
      h("span", null, mark(good ? "ok" : "bad", percent(f.succeeded, f.count)),
        f.first_failed !== null && [" ", list(`${count(f.count - f.succeeded)} failed`, "failed")]),
      list(duration(f.answered ? f.p50 : null), "all"), list(duration(f.answered ? f.p90 : null), "slowest"),
      list(duration(f.answered ? f.p99 : null), "slowest"),
      f.slowest === null ? "-" : evidence(`request/${f.slowest}`, duration(f.max)),
      f.answers.map(([what, n]) => `${what.replaceAll("_", " ")} \u00d7 ${count(n)}`).join(", "), f.service || "-"] };
  };
  const rows = run.figures.clients.flatMap((client) =>
    [...run.figures.groups.filter((g) => g.client === client.client).map((g) => row(g, false)), row(client, true)]);
  return table("Latency from the time at which the client meant to send, of answered requests",
    [{ title: "request" }, { title: "count", number: true }, { title: "succeeded" }, { title: "p50", number: true }, { title: "p90", number: true },
      { title: "p99", number: true }, { title: "max", number: true }, { title: "answers" }, { title: "meant for" }], rows, "no client sent a request");
}

function bars(title, counts, total) {
  const largest = Math.max(1, ...counts.map(([, n]) => n));
  return h("div", { class: "bars" }, h("h4", null, title),
    counts.length === 0 ? h("p", { class: "hint" }, "none in this design")
      : h("ul", null, [...counts].sort((a, b) => by_name(a[0], b[0])).map(([name, n]) => h("li", null,
        h("span", { class: "bar-name" }, name || "(unknown)"),
        h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: { width: `${(100 * n) / largest}%` } })),
        h("span", { class: "bar-value" }, `${percent(n, total)}, ${count(n)}`)))));
}

function tries_table(run, history) {
  return table("Tries of proxies that failed (the request may have been answered by a later one)",
    [{ title: "proxy" }, { title: "upstream" }, { title: "why" }, { title: "tries", number: true }, { title: "first" }, { title: "last" }],
    run.failed_tries.map((g) => [g.node, h("span", null, (g.upstream && history.owner(address_of(g.upstream))) || g.upstream || "-",
      h("span", { class: "kind" }, [g.upstream, g.upstream_name].filter(Boolean).join(", "))), g.error,
      count(g.count), h("span", null, `${moment(g.first_ns)} `, evidence(`proxy/${g.first}`)),
      h("span", null, `${moment(g.last_ns)} `, evidence(`proxy/${g.last}`))]), "every try of every proxy succeeded");
}

function drops_table(run) {
  return table("Packets that were thrown away",
    [{ title: "node" }, { title: "why" }, { title: "packets", number: true }, { title: "first" }, { title: "last" }],
    run.drops.map((g) => [g.node, g.reason, count(g.count), h("span", null, `${moment(g.first_ns)} `, evidence(`drop/${g.first}`)),
      h("span", null, `${moment(g.last_ns)} `, evidence(`drop/${g.last}`))]), "no packet was dropped");
}

export function application_view(run, history, choice) {
  fill(by_id("request-figures"), request_table(run, choice));
  fill(by_id("spread"), run.figures.spread.length === 0 ? h("p", { class: "empty" }, "No client sent a request in this run.")
    : run.figures.spread.map((s) => [
      h("p", null, `${plural(s.answered, "answered request")} of `, h("b", null, s.client), ":"),
      h("div", { class: "spread" }, bars("by edge", s.edges, s.answered), bars("by ingress pod", s.ingress_pods, s.answered),
        bars("by application pod", s.app_pods, s.answered))]));
  fill(by_id("tries"), tries_table(run, history), drops_table(run));

  const { endpoints } = run.kinds;
  let due = false;
  const show = () => {
    const t = choice.get("t");
    const services = history.endpoints.keys().map((service) => {
      const row = history.endpoints.at(service, t);
      const ready = row === undefined ? [] : endpoints.column("ready")[row];
      const names = [...new Set(ready.map((text) => history.owner(address_of(text)) || text))].sort(by_name);
      return [service, count(ready.length), names.length ? names.join(", ") : h("span", { class: "hint" }, "none"),
        row === undefined ? "not yet" : h("span", null, `${moment(endpoints.column("at_ns")[row])} `, evidence(endpoints.id(row)))];
    });
    const pods = history.pods.keys().map((name) => {
      const pod = history.pod(name, t);
      if (!pod) return [name, "", "", h("span", { class: "hint" }, "not yet"), ""];
      const off = pod.node && history.power_off(pod.node, t);
      const well = pod.phase === "Running" && pod.ready && !off;
      return [name, pod.node || "-", pod.address === "0.0.0.0" || pod.address === "::" ? "-" : pod.address,
        mark(well ? "ok" : "warn", off ? `its node is off (${pod.phase})` : `${pod.phase}${pod.ready ? ", ready" : ""}`),
        h("span", null, `${moment(pod.at_ns)} `, evidence(`pod/${run.kinds.pod.index(pod.row)}`))];
    });
    fill(by_id("endpoints"), table(`Ready endpoints of each Service at ${moment(t)}`,
      [{ title: "Service" }, { title: "ready", number: true }, { title: "pods" }, { title: "since" }], services, "no Service in this run"));
    fill(by_id("pod-table"), table(`Pods at ${moment(t)}`,
      [{ title: "pod" }, { title: "node" }, { title: "address" }, { title: "state" }, { title: "since" }], pods, "no pod in this run"));
  };
  choice.follow(["t"], () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; show(); });
  });
}
