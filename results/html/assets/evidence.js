// The evidence panel: a record as records.jsonl has it, by its id. It opens for every link
// "#evidence=ID", so that such a link can be passed on.
import { by_id, fill, h, moment } from "./dom.js";
import { record_of } from "./data.js";

const link_prefix = "#evidence=";

export function evidence_panel(run, choice) {
  const panel = by_id("evidence");
  let opener = null;

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    if (location.hash.startsWith(link_prefix)) history.replaceState(null, "", location.pathname + location.search);
    if (opener) opener.focus();
  }

  function open(id) {
    const record = record_of(run, id);
    const command = `grep '"${id}"' records.jsonl`;
    const times = record ? Object.entries(record).filter(([name]) => name.endsWith("_ns") && name !== "simulated_ns" && name !== "delay_ns") : [];
    const kind = id.split("/")[0];
    fill(panel,
      h("div", { class: "panel-head" },
        h("h2", { id: "evidence-title", tabindex: -1 }, "Evidence ", h("code", null, id)),
        h("button", { type: "button", class: "close", "aria-label": "Close the evidence", on: { click: close } }, "Close")),
      record
        ? h("p", { class: "hint" }, "The record as it stands in records.jsonl:")
        : h("p", { class: "hint" }, kind === "hop" || run.kinds[kind]
          ? "This page does not hold this record (there are too many); the command below finds it."
          : "There is no record of this name."),
      record && h("pre", { class: "record", "data-id": id, tabindex: 0 }, JSON.stringify(record, null, 2)),
      h("p", { class: "hint" }, "In the folder of the results:"),
      h("pre", { class: "command", tabindex: 0 }, command),
      times.length > 0 && h("p", { class: "hint" }, "Show the network at"),
      times.length > 0 && h("div", { class: "buttons" }, times.map(([name, ns]) =>
        h("button", { type: "button", title: name, on: { click: () => {
          choice.set({ t: ns, playing: false });
          by_id("replay").scrollIntoView();
        } } }, `${name.replace(/_?ns$/, "").replaceAll("_", " ")}: ${moment(ns)}`))),
      kind === "request" && record && h("div", { class: "buttons" },
        h("button", { type: "button", class: "primary", on: { click: () => {
          choice.set({ request: run.kinds.request.row(Number(id.split("/")[1])) });
          by_id("way").scrollIntoView();
        } } }, "Its path, hop by hop")),
      record && Array.isArray(record.evidence) && record.evidence.length > 0 && h("p", { class: "hint" }, "It rests on ",
        record.evidence.map((other) => [h("a", { class: "evidence", href: `${link_prefix}${encodeURI(other)}` }, other), " "])));
    panel.hidden = false;
    by_id("evidence-title").focus({ preventScroll: true });
  }

  function follow_hash() {
    if (location.hash.startsWith(link_prefix)) open(decodeURI(location.hash.slice(link_prefix.length)));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.evidence");
    if (!link) return;
    if (!panel.contains(link)) opener = link;
    // The same link again changes no hash.
    if (link.getAttribute("href") === location.hash) follow_hash();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  addEventListener("hashchange", follow_hash);
  follow_hash();
}
