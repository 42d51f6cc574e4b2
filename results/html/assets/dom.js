// Elements and figures. Every text of the run enters the page as a text node or an attribute value:
// nothing here, or in any other module, parses markup.

export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (name === "style") {
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

export const by_id = (id) => document.getElementById(id);

// "5 974": groups of three, held together.
export function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

// Three significant digits and a unit: "1.09 ms".
export function duration(ns) {
  if (ns === null || ns === undefined) return "-";
  const size = Math.abs(ns);
  if (size < 1e3) return `${ns}\u202fns`;
  const [unit, scale] = size < 999.5e3 ? ["\u00b5s", 1e3] : size < 999.5e6 ? ["ms", 1e6] : ["s", 1e9];
  const value = ns / scale;
  const text = Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
  return `${text}\u202f${unit}`;
}

// A moment of the run: "30.000 s"; with `exact` to the nanosecond.
export function moment(ns, exact) {
  const seconds = Math.floor(ns / 1e9);
  const rest = String(ns - seconds * 1e9).padStart(9, "0");
  if (exact) return `${seconds}.${rest}\u202fs`;
  return `${(Math.floor(ns / 1e6) / 1e3).toFixed(3)}\u202fs`;
}

// How long after a beginning, to the microsecond and better: "+2.000 025 s", "+1.083 ms".
export function offset(ns) {
  const sign = ns < 0 ? "\u2212" : "+";
  const size = Math.abs(ns);
  if (size < 1e3) return `${sign}${size}\u202fns`;
  if (size < 1e6) return `${sign}${(size / 1e3).toFixed(2)}\u202f\u00b5s`;
  if (size < 1e9) return `${sign}${(size / 1e6).toFixed(3)}\u202fms`;
  return `${sign}${(size / 1e9).toFixed(6).replace(/(\d{3})$/, "\u202f$1")}\u202fs`;
}

export function percent(part, whole) {
  if (!whole) return "-";
  const share = (100 * part) / whole;
  // What is not all must not read as all.
  const text = part !== whole && share > 99.9 ? (Math.floor(share * 1000) / 1000).toFixed(3) : share.toFixed(1);
  return `${text}\u202f%`;
}

export function plural(n, one, many) {
  return `${count(n)} ${n === 1 ? one : many || one + "s"}`;
}

// "default/api-ckzq99hbmk-h85hr" -> "api-h85hr", for a drawing; the full name is in the tables.
export function short_pod(name) {
  const last = name.slice(name.lastIndexOf("/") + 1);
  const parts = last.split("-");
  return parts.length >= 3 ? [...parts.slice(0, -2), parts[parts.length - 1]].join("-") : last;
}

// "worker2" before "worker10".
export const by_name = new Intl.Collator("en", { numeric: true }).compare;

// A table with its head; a narrow window shows each row as a card, hence the roles, which a table that
// is laid out otherwise would lose. `columns`: {title, number}; a row: {cells, class} or a list of cells; the
// first cell of a row is its head.
export function table(caption, columns, rows, empty) {
  const body = rows.map((row) => {
    const cells = Array.isArray(row) ? row : row.cells;
    return h("tr", { class: row.class, role: "row" }, cells.map((cell, i) =>
      h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, role: i === 0 ? "rowheader" : "cell",
        class: columns[i].number ? "number" : null, "data-title": columns[i].title }, h("div", null, cell))));
  });
  if (body.length === 0) {
    body.push(h("tr", null, h("td", { class: "empty", colspan: columns.length }, empty || "none")));
  }
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", { class: "cards", role: "table" }, h("caption", null, caption),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((c) =>
        h("th", { scope: "col", role: "columnheader", class: c.number ? "number" : null }, c.title)))),
      h("tbody", { role: "rowgroup" }, body)));
}

// A word with a mark that does not depend on colour.
export function mark(kind, text) {
  return h("span", { class: `mark ${kind}` }, text);
}

export function evidence(id, text) {
  return h("a", { class: "evidence", href: `#evidence=${encodeURI(id)}` }, text || id);
}
