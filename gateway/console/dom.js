// Elements made by hand: text is always text, never markup, so nothing that the market says can become code.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("td.num", {title: "…"}, "8")`. Functions are listeners, `style` an object of custom properties. */
export function h(spec, ...rest) {
  const [tag, ...classes] = spec.split(".");
  return filled(document.createElement(tag || "div"), classes, rest);
}

/** The same for SVG. */
export function s(spec, ...rest) {
  const [tag, ...classes] = spec.split(".");
  return filled(document.createElementNS(SVG, tag), classes, rest);
}

function filled(element, classes, rest) {
  const first = rest[0];
  const plain = first && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  if (plain) setAll(element, rest.shift());
  add(element, rest);
  return element;
}

function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "style") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
    else if (name === "class") element.setAttribute("class", `${element.getAttribute("class") ?? ""} ${value}`.trim());
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** Append children; lists are flattened, nothing is made of null and false. */
export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Put children in the place of whatever an element has. */
export function put(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

/** A panel with a heading; `tools` stand to its right. */
export function panel(title, tools, ...body) {
  return h("section.panel", h("header", h("h2", title), tools), body);
}

/** A sign and a word for a state. */
export function state(name, word) {
  return h("span.state", {class: name}, word);
}

/** Buttons of which one is pressed; arrows move between them. `choose` gets the value. */
export function tabs(label, choices, chosen, choose) {
  const buttons = choices.map(([value, text]) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(value === chosen),
        "data-value": value,
        tabindex: value === chosen ? 0 : -1,
        click: () => press(value),
      },
      text,
    ),
  );
  const box = h(
    "div.tabs",
    {role: "tablist", "aria-label": label, keydown: (event) => arrows(event, buttons)},
    buttons,
  );
  function press(value) {
    for (const button of buttons) {
      const on = button.dataset.value === value;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
    }
    choose(value);
  }
  return box;
}

function arrows(event, buttons) {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const at = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
  buttons[at].focus();
  buttons[at].click();
  event.preventDefault();
}

/** A table: `columns` are `{head, cell, num, wrap}`; `cell` makes an element or text of a row. */
export function table(columns, rows, caption) {
  return h(
    "div.scroll",
    {tabindex: 0, role: "region", "aria-label": caption},
    h(
      "table",
      h("caption.aside", caption),
      h(
        "thead",
        h(
          "tr",
          columns.map((column) => h(column.num ? "th.num" : "th", {scope: "col"}, column.head)),
        ),
      ),
      h(
        "tbody",
        rows.map((row) => tableRow(columns, row)),
      ),
    ),
  );
}

export function tableRow(columns, row) {
  return h(
    "tr",
    columns.map((column) =>
      h(
        "td",
        {class: [column.num && "num", column.wrap && "wrap"].filter(Boolean).join(" ") || null},
        column.cell(row),
      ),
    ),
  );
}

/** Terms and what they are. */
export function facts(pairs) {
  return h(
    "dl.facts-list",
    pairs.filter(Boolean).map(([term, value]) => [h("dt", term), h("dd", value)]),
  );
}

/** Call at most once in `pauseMs`, and always once more after the last call. */
export function calmly(pauseMs, act) {
  let waiting = null;
  let last = 0;
  return () => {
    if (waiting !== null) return;
    waiting = setTimeout(
      () => {
        waiting = null;
        last = performance.now();
        act();
      },
      Math.max(0, last + pauseMs - performance.now()),
    );
  };
}
