// Why requests failed or were slow: the groups with one cause, and the chain of one request.
import { by_id, count, duration, evidence, fill, h, mark, moment, plural, table } from "./dom.js";

export function symptom_mark(symptom) {
  return mark(symptom === "slow" ? "warn" : "bad", symptom);
}

// Where a request's time went, as a bar with its key.
function time_bar(pieces) {
  const whole = pieces.reduce((sum, step) => sum + step.took, 0);
  const classes = (step) => `piece-${step.piece.replaceAll(" ", "-")}`;
  const kinds = new Map();
  for (const step of pieces) kinds.set(step.piece, (kinds.get(step.piece) || 0) + step.took);
  return h("div", { class: "phases" },
    h("div", { class: "phase-bar", "aria-hidden": "true" }, pieces.map((step) =>
      h("span", { class: classes(step), title: step.text, style: { flex: `${step.took / whole} 0 2px` } }))),
    h("ul", null, [...kinds].map(([piece, took]) =>
      h("li", null, h("span", { class: `swatch ${classes({ piece })}` }), `${piece} ${duration(took)}`))));
}

function steps_list(steps) {
  return h("ol", { class: "chain" }, steps.map((step) => h("li", null,
    h("span", { class: "chain-time" }, moment(step.at)),
    h("span", { class: "chain-kind" }, step.piece || step.kind),
    h("span", { class: "chain-text" }, step.text, " ",
      step.evidence.map((id) => [evidence(id), " "]),
      (step.frames || []).map((frame) => [h("code", { class: "frame", title: "A frame of a capture of this run" }, frame), " "])))));
}

// What is known of the record `index`; undefined when the page holds no chain of it.
export function chain_of(run, index) {
  return run.explanations.chains[index];
}

export function chain_view(why, with_cause) {
  const pieces = why.steps.filter((step) => step.took !== undefined);
  return h("div", { class: "why-one" },
    with_cause && h("p", null, symptom_mark(why.symptom), " ", why.attributed ? why.cause : h("i", null, "No record of the run tells the cause.")),
    pieces.length > 0 && time_bar(pieces), steps_list(why.steps));
}

export function why_view(run, choice) {
  const { explanations } = run;
  const { request } = run.kinds;
  const place = by_id("explanations");
  const bounds = explanations.bounds.map((b) => h("p", { class: "hint" }, `Of ${b.client}, slow is what took more than ${duration(b.above)}: ${b.why}.`));
  const wrong = explanations.failed + explanations.slow;
  if (wrong === 0) {
    fill(place, h("p", null, run.selection.requests === 0 ? "No client sent a request in this run." : "No request failed, and none was slow."), bounds);
    return;
  }
  const name = (index) => {
    const row = request.row(index);
    return row === undefined ? `request/${index}` : `${request.column("client")[row]}/${request.column("number")[row]}`;
  };
  const rows = explanations.groups.map((group, i) => {
    const chain = chain_of(run, group.example);
    const row = request.row(group.example);
    return [
      h("button", { type: "button", class: "linklike", title: "Show them one by one", on: { click: () => {
        choice.set({ cause: i, show: "all", client: undefined, group: undefined, interval: undefined });
        by_id("requests").scrollIntoView();
      } } }, plural(group.count, "request")),
      h("span", null, symptom_mark(group.symptom), ` ${group.client}`), moment(group.first), moment(group.last),
      h("div", { class: "cause" },
        h("p", null, group.attributed ? group.cause : h("i", null, "Unattributed: no record of the run tells the cause.")),
        chain && h("details", null, h("summary", null, `How this is known, of ${name(group.example)}`), chain_view(chain, false),
          row !== undefined && h("p", null, h("button", { type: "button", on: { click: () => {
            choice.set({ request: row });
            by_id("way").scrollIntoView();
          } } }, "Its path, hop by hop"))))];
  });
  fill(place,
    h("p", null, h("b", null, `${count(explanations.failed)} failed, ${count(explanations.slow)} slow`),
      ` of ${plural(run.selection.requests, "request")}; `,
      explanations.unattributed === 0 ? "each is explained." : h("b", null, `${count(explanations.unattributed)} unattributed.`)),
    table("Requests with one cause, by client and by what the client saw",
      [{ title: "how many" }, { title: "what" }, { title: "first", number: true }, { title: "last", number: true }, { title: "why" }], rows),
    bounds);
}
