// Requests one by one, and the way of the chosen one, hop by hop.
import { chain_of, chain_view } from "./why.js";
import { by_id, count, duration, evidence, fill, h, mark, moment, offset, plural, short_pod, table } from "./dom.js";

const page_size = 12;

function columns_of(run) {
  const { request } = run.kinds;
  const c = (name) => request.column(name);
  const succeeded = (row) => c("error")[row] === "" && c("status")[row] >= 200 && c("status")[row] < 400;
  const latency = (row) => c("finished_ns")[row] - c("intended_ns")[row];
  const answer = (row) => (c("error")[row] ? c("error")[row].replaceAll("_", " ") : String(c("status")[row]));
  return { c, succeeded, latency, answer };
}

function list_view(run, choice) {
  const { request } = run.kinds;
  const { c, succeeded, latency, answer } = columns_of(run);
  const clients = [...new Set(c("client"))];
  const failed_tries = new Set();
  const { proxy } = run.kinds;
  const tries_of = (row) => run.ways.of(row).tries;
  const failed_try = (row) => tries_of(row).some((p) => p !== undefined && proxy.column("error")[p] !== "");
  let tried_again;  // looked for when somebody asks
  let page = 0;

  const shows = { failed: "failed", slowest: "slowest first", again: "with a failed try", all: "all, in order of time" };
  const show = h("select", { id: "show", on: { change: () => choice.set({ show: show.value }) } },
    Object.entries(shows).map(([value, text]) => h("option", { value }, text)));
  const client = h("select", { id: "client", on: { change: () => choice.set({ client: client.value || undefined }) } },
    h("option", { value: "" }, "every client"), clients.map((name) => h("option", { value: name }, name)));
  const number = h("input", { type: "number", id: "number", min: 1, step: 1, inputmode: "numeric", placeholder: "e.g. 17" });
  const said = h("p", { id: "find-result", role: "status", class: "hint" });
  const find = (event) => {
    event.preventDefault();
    const wanted = Number(number.value);
    const who = client.value;
    const rows = [];
    for (let row = 0; row < request.length; ++row) {
      if (c("number")[row] === wanted && (!who || c("client")[row] === who)) rows.push(row);
    }
    if (rows.length === 0) {
      fill(said, `This page has no request ${number.value}${who ? ` of ${who}` : ""}. `,
        request.complete ? "" : "It holds a part of them; records.jsonl has all.");
      return;
    }
    fill(said, "");
    choice.set({ request: rows[0] });
    by_id("way").scrollIntoView({ block: "nearest" });
  };
  const place = h("div");
  fill(by_id("request-list"),
    h("form", { class: "options", on: { submit: find } },
      h("label", null, "show ", show), h("label", null, "of ", client),
      h("label", { class: "push" }, "number ", number), h("button", { type: "submit" }, "Find its path")),
    said, place);

  function chosen_rows() {
    const wanted = choice.get("show");
    const who = choice.get("client");
    const group = choice.get("group");
    const interval = choice.get("interval");
    const cause = choice.get("cause");
    const of_cause = cause === undefined ? undefined : new Set(run.explanations.groups[cause].requests);
    const rows = [];
    if (wanted === "again" && !tried_again) {
      tried_again = failed_tries;
      for (let row = 0; row < request.length; ++row) if (failed_try(row)) failed_tries.add(row);
    }
    for (let row = 0; row < request.length; ++row) {
      if (who && c("client")[row] !== who) continue;
      if (group !== undefined && `${c("host")[row]}${c("path")[row]}` !== group) continue;
      if (interval !== undefined && Math.floor(c("intended_ns")[row] / run.series.interval_ns) !== interval) continue;
      if (of_cause && !of_cause.has(request.index(row))) continue;
      if (wanted === "failed" && succeeded(row)) continue;
      if (wanted === "slowest" && c("error")[row] !== "") continue;
      if (wanted === "again" && !tried_again.has(row)) continue;
      rows.push(row);
    }
    if (wanted === "slowest") rows.sort((a, b) => latency(b) - latency(a) || a - b);
    else rows.sort((a, b) => c("intended_ns")[a] - c("intended_ns")[b] || a - b);
    return rows;
  }

  function draw(rows) {
    const pages = Math.max(1, Math.ceil(rows.length / page_size));
    page = Math.min(page, pages - 1);
    const narrowed = [];
    const chip = (text, changes) => h("button", { type: "button", class: "chip", title: "Take this condition away",
      on: { click: () => choice.set(changes) } }, text, " \u2715");
    if (choice.get("group") !== undefined) narrowed.push(chip(choice.get("group"), { group: undefined }));
    if (choice.get("cause") !== undefined) {
      const group = run.explanations.groups[choice.get("cause")];
      narrowed.push(chip(`${group.symptom} of ${group.client} because ${group.cause ? `${group.cause.slice(0, 48)}\u2026` : "of nothing that is known"}`, { cause: undefined }));
    }
    if (choice.get("interval") !== undefined) {
      const from = choice.get("interval") * run.series.interval_ns;
      narrowed.push(chip(`meant for ${moment(from)} to ${moment(from + run.series.interval_ns)}`, { interval: undefined }));
    }
    const body = rows.slice(page * page_size, (page + 1) * page_size).map((row) => {
      const way = run.ways.of(row);
      const chain = [way.edge, way.ingress_pod && short_pod(way.ingress_pod), way.app_pod && short_pod(way.app_pod)].filter(Boolean).join(" \u2192 ");
      return { class: choice.get("request") === row ? "chosen" : "", cells: [
        h("button", { type: "button", class: "linklike", "data-request": c("number")[row], "aria-label": `Path of request ${c("number")[row]} of ${c("client")[row]}`,
          on: { click: () => { choice.set({ request: row }); by_id("way").scrollIntoView({ block: "nearest" }); } } },
        `${clients.length > 1 ? `${c("client")[row]} ` : ""}${c("number")[row]}`),
        moment(c("intended_ns")[row]), `${c("method")[row]} ${c("host")[row]}${c("path")[row]}`,
        mark(succeeded(row) ? "ok" : "bad", answer(row)), duration(latency(row)), chain || "-", evidence(request.id(row))] };
    });
    const turn = (by) => () => { page += by; draw(rows); };
    const empty = { failed: "No request failed.", again: "No request needed a second try.", slowest: "No request was answered.", all: "No request." };
    fill(place, narrowed.length > 0 && h("p", { class: "chips" }, "only ", narrowed),
      table(plural(rows.length, "request"), [{ title: "number" }, { title: "meant for", number: true }, { title: "request" }, { title: "answer" },
        { title: "latency", number: true }, { title: "carried by" }, { title: "evidence" }], body, empty[choice.get("show")]),
      pages > 1 && h("p", { class: "pager" },
        h("button", { type: "button", disabled: page === 0, on: { click: turn(-1) } }, "Before"),
        h("span", null, ` ${count(page * page_size + 1)}\u2013${count(Math.min(rows.length, (page + 1) * page_size))} of ${count(rows.length)} `),
        h("button", { type: "button", disabled: page === pages - 1, on: { click: turn(1) } }, "Next")));
  }
  let rows = [];
  choice.follow(["show", "client", "group", "interval", "cause"], () => {
    show.value = choice.get("show");
    client.value = choice.get("client") || "";
    page = 0;
    rows = chosen_rows();
    draw(rows);
  });
  choice.follow(["request"], () => draw(rows));
}

function phases(row, c) {
  const at = ["intended_ns", "sent_ns", "connected_ns", "first_byte_ns", "finished_ns"].map((name) => c(name)[row]);
  const names = ["waited to be sent", "connecting", "waiting for the first byte", "receiving"];
  const whole = at[4] - at[0];
  const parts = names.map((name, i) => ({ name, i, length: Math.max(0, at[i + 1] - at[i]) })).filter((p) => p.length > 0);
  return h("div", { class: "phases" },
    h("div", { class: "phase-bar", "aria-hidden": "true" }, parts.map((p) => h("span", { class: `phase-${p.i}`, style: { flex: `${p.length / whole} 0 2px` } }))),
    h("ul", null, parts.map((p) => h("li", null, h("span", { class: `swatch phase-${p.i}` }), `${p.name} ${duration(p.length)}`))));
}

function stops(hops, zero) {
  return h("ol", { class: "stops" }, hops.flatMap((hop) => [
    h("li", { class: "stop" }, h("b", { class: "stop-name" }, hop.node),
      h("span", { class: "ports" }, [hop.in, hop.out].filter(Boolean).join(" \u2192 ")),
      h("span", { class: "stop-time" }, `${offset(hop.at - zero)} `, evidence(`hop/${hop.record}`))),
    hop.switches.map((name) => h("li", { class: "stop through" }, h("span", { class: "stop-name" }, name)))]));
}

function way_view(run, choice) {
  const { proxy, request } = run.kinds;
  const { c, succeeded, latency, answer } = columns_of(run);
  choice.follow(["request"], () => {
    const row = choice.get("request");
    if (row === undefined) {
      fill(by_id("way"), h("h3", null, "The path of a request"), h("p", { class: "empty" },
        run.selection.requests === 0 ? "No client sent a request in this run." : "Choose a request in the list."));
      return;
    }
    const way = run.ways.of(row);
    const zero = c("intended_ns")[row];
    const tries = way.tries.filter((p) => p !== undefined)
      .sort((a, b) => proxy.column("started_ns")[a] - proxy.column("started_ns")[b] || a - b);
    const failed = tries.filter((p) => proxy.column("error")[p] !== "");
    const why = chain_of(run, request.index(row));
    fill(by_id("way"),
      h("h3", null, `Request ${c("number")[row]} of ${c("client")[row]}`),
      h("p", { class: "way-line" }, `${c("method")[row]} ${c("url")[row]} `, mark(succeeded(row) ? "ok" : "bad", answer(row)),
        ` in ${duration(latency(row))}, meant for ${moment(zero, true)} `, evidence(request.id(row)), " ",
        h("button", { type: "button", on: { click: () => { choice.set({ t: zero, playing: false, path: true }); by_id("replay").scrollIntoView(); } } }, "Show it in the drawing")),
      why ? [h("h4", null, "Why"), chain_view(why, true)] : phases(row, c),
      c("answered_by")[row] && h("p", { class: "hint" }, "Answered by ", h("b", null, c("answered_by")[row]),
        c("expect_service")[row] && `, meant for ${c("expect_service")[row]}`),
      failed.length > 0 && table("Tries of proxies on its behalf", [{ title: "proxy" }, { title: "upstream" }, { title: "began", number: true },
        { title: "took", number: true }, { title: "how it ended" }, { title: "evidence" }], tries.map((p) => {
        const at = (name) => proxy.column(name)[p];
        return [at("node"), `${at("upstream")} ${at("upstream_name") ? `(${at("upstream_name")})` : ""}`, offset(at("started_ns") - zero),
          duration(at("finished_ns") - at("started_ns")), at("error") ? mark("bad", at("error")) : mark("ok", at("status") ? String(at("status")) : "passed on"),
          evidence(proxy.id(p))];
      })),
      way.legs.length === 0 && h("p", { class: "empty" }, "It never had a connection, so no packet of it has a path."),
      way.legs.map((leg, i) => h("section", { class: "leg" },
        h("h4", null, `${i + 1}. ${leg.from} \u21d2 ${leg.to}`),
        h("p", { class: "hint" }, `TCP ${leg.source} to ${leg.destination}`, i > 0 && way.chain[i - 1] !== undefined && [" ", evidence(proxy.id(way.chain[i - 1]))]),
        leg.hops.length > 0 ? stops(leg.hops, zero) : h("p", { class: "empty" }, "The run kept no packets of this connection."),
        leg.back.length > 0 && h("details", null, h("summary", null, "the way back: ", leg.back.flatMap((hop) => [hop.node, ...hop.switches]).join(" \u203a ")),
          stops(leg.back, zero)))));
  });
}

export function requests_view(run, choice) {
  list_view(run, choice);
  way_view(run, choice);
}
