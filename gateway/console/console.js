// The operators' console: login, the frame, which view an address means, and the keys.

import {Api, Refused} from "/console/api.js";
import {h, put} from "/console/dom.js";
import {help} from "/console/help.js";
import {t} from "/console/prefs.js";
import {Head, listenToKeys, problem, sayLanguage} from "/console/shell.js";
import {Stream} from "/console/stream.js";
import {VIEWS} from "/console/views.js";

const KEY = "leasebook.key"; // in the session's storage: it is gone with the tab

let ctx = null;
let end = () => {};

function go(address) {
  if (location.hash === `#${address}`) show();
  else location.hash = address;
}

// ------------------------------------------------------------------------------------------------------------- login

function login(error = null) {
  end();
  ctx?.stream.close();
  ctx?.head.close();
  ctx = null;
  const field = h("input", {
    id: "key",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    placeholder: "lbk_…",
  });
  const said = h("div", error && problem(error));
  const form = h(
    "form.stack",
    {
      submit: async (event) => {
        event.preventDefault();
        try {
          await enter(field.value.trim());
        } catch (failure) {
          put(said, problem(failure));
          field.select();
        }
      },
    },
    h("label", t("operator_key"), field),
    said,
    h("button.main", {type: "submit"}, t("log_in")),
    h("p.small.soft", t("key_note")),
  );
  const panel = h("section.panel", h("header", h("h1", t("console_title"))), h("div.body", form));
  put(
    document.body,
    h(
      "div.frame.open",
      h(
        "main",
        {id: "main", class: "login"},
        panel,
        h("p.row.mid", h("a", {href: "/"}, t("public_title")), h("a", {href: "/docs"}, t("docs"))),
      ),
    ),
  );
  document.title = `Leasebook · ${t("console_title")}`;
  field.focus();
}

async function enter(key) {
  const api = new Api(key, (told) => ctx?.api === api && leave(new Refused(told)));
  await api.get("/v1/operator/alerts", {limit: 1}); // refused by name when the key is no operator's
  sessionStorage.setItem(KEY, key);
  const catalog = await api.get("/v1/catalog");
  const stream = new Stream(key);
  stream.follow("status", () => true);
  const head = new Head(api, stream, () => [
    h("button", {type: "button", id: "logout", click: () => leave()}, t("log_out")),
  ]);
  ctx = {api, stream, head, catalog, go};
  draw();
}

function leave(why = null) {
  sessionStorage.removeItem(KEY);
  login(why);
}

// ------------------------------------------------------------------------------------------------------------- views

function draw() {
  if (!ctx) return;
  ctx.head.draw();
  ctx.main = h("main", {id: "main", tabindex: -1});
  ctx.nav = h("nav", {"aria-label": t("views")});
  put(
    document.body,
    h(
      "a.skip",
      {
        href: "#main",
        click: (event) => {
          event.preventDefault();
          ctx.main.focus();
        },
      },
      t("skip"),
    ),
    h("div.frame", ctx.head.element, h("div.side", ctx.nav), ctx.main),
  );
  show();
}

function show() {
  if (!ctx) return;
  end();
  end = () => {};
  const [name = "", ...params] = location.hash.replace(/^#\/?/, "").split("/").map(plain);
  const view = VIEWS.find((entry) => entry.names.includes(name)) ?? VIEWS[0];
  put(
    ctx.nav,
    VIEWS.filter((entry) => entry.key).map((entry) =>
      h(
        "a",
        {href: `#/${entry.names[0]}`, "aria-current": entry === view || entry.names[0] === view.under ? "page" : null},
        t(`view_${entry.names[0] || "map"}`),
        h("kbd", {"aria-hidden": true}, entry.key),
      ),
    ),
  );
  document.title = `${t(`view_${name || "map"}`)} · Leasebook`;
  const place = h("div", h("p.note.loading", t("loading"))); // a view that comes too late draws where nobody looks
  put(ctx.main, place);
  Promise.resolve()
    .then(() => view.show(place, {...ctx, name, params, again: show}))
    .then((ended = () => {}) => {
      if (place.isConnected) end = ended;
      else ended();
    })
    .catch((error) => put(place, problem(error)));
}

/** A part of an address as it was meant; as it stands when it is no encoding of anything. */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

window.addEventListener("hashchange", show);
listenToKeys({
  ...Object.fromEntries(
    VIEWS.filter((view) => view.key).map((view) => [view.key, () => ctx && go(`/${view.names[0]}`)]),
  ),
  r: show,
  "/": () => document.querySelector("main input, main select")?.focus(),
  "?": () => ctx && help(VIEWS),
});
sayLanguage(() => (ctx ? draw() : login()));
const kept = sessionStorage.getItem(KEY);
if (kept) enter(kept).catch((error) => login(error));
