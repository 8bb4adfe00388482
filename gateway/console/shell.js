// What both pages have around them: the head with the market's time and state, tools, toasts, and the keys.

import {h, put, state} from "/console/dom.js";
import {count, when} from "/console/figures.js";
import {dark, onChoice, prefs, switchLanguage, switchTheme, switchUnit, t} from "/console/prefs.js";

const STATUS_MS = 2000;

/** The head: brand, facts, tools. `extra` are further tools. */
export class Head {
  constructor(api, stream, extra = () => []) {
    this.api = api;
    this.stream = stream;
    this.extra = extra;
    this.status = null;
    this.element = h("header.top");
    this.facts = h("div.facts");
    stream.onChange(() => this.drawFacts());
    this.draw();
    this.look();
    this.timer = setInterval(() => this.look(), STATUS_MS);
  }

  async look() {
    if (document.hidden) return;
    try {
      this.status = await this.api.get("/v1/status");
    } catch {
      this.status = null;
    }
    this.drawFacts();
  }

  draw() {
    put(
      this.element,
      h("a.brand", {href: this.api.key ? "#/" : "/"}, h("img", {src: "/console/icon.svg", alt: ""}), "Leasebook"),
      this.facts,
      h("div.tools", this.extra(), tools()),
    );
    this.drawFacts();
  }

  drawFacts() {
    const sync = this.stream.sync;
    const status = this.status;
    const told = this.stream.resyncs ? ` · ${t("resyncs", {count: this.stream.resyncs})}` : "";
    put(
      this.facts,
      state(status ? status.state : "stopped", t(`state_${status ? status.state : "unreachable"}`)),
      status && status.brakes.length > 0 && h("span.warn", t("brakes_on", {count: status.brakes.length})),
      h("span.light", {"data-sync": sync, id: "sync", role: "status"}, t(`sync_${sync}`) + told),
      status && h("span.soft.small", `${when(status.now, {seconds: true, year: true})} UTC`),
      status && h("span.soft.small", `${t("seq")} ${count(status.seq)}`),
      status?.sandbox && h("span.soft.small", t("sandbox")),
    );
  }

  close() {
    clearInterval(this.timer);
  }
}

function tools() {
  return [
    h(
      "button",
      {type: "button", id: "unit", title: `${t("switch_unit")} (d)`, click: switchUnit},
      prefs.unit === "cny" ? "CNY/h" : "CNY/度",
    ),
    h(
      "button",
      {
        type: "button",
        id: "language",
        title: `${t("switch_language")} (l)`,
        click: switchLanguage,
        lang: prefs.language === "zh" ? "en" : "zh",
      },
      prefs.language === "zh" ? "English" : "中文",
    ),
    h(
      "button",
      {type: "button", id: "theme", title: `${t("switch_theme")} (t)`, click: switchTheme},
      dark() ? t("light") : t("dark"),
    ),
  ];
}

/** One-letter keys, not while something is being typed. `keys` are by letter. */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog"))
      return;
    const act = keys[event.key] ?? {t: switchTheme, l: switchLanguage, d: switchUnit}[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Have the page's language said to readers, now and when it changes. */
export function sayLanguage(redraw) {
  const say = () => {
    document.documentElement.lang = prefs.language === "zh" ? "zh-CN" : "en";
    redraw();
  };
  onChoice(say);
  say();
}

const toasts = h("div.toasts", {role: "status", "aria-live": "polite"});

export function toast(words) {
  if (!toasts.isConnected) document.body.append(toasts);
  const shown = h("div.toast", words);
  toasts.append(shown);
  setTimeout(() => shown.remove(), 6000);
}

/** What went wrong, for people: the catalogue's code and the server's sentence. */
export function problem(error) {
  return h("div.problem", {role: "alert"}, error.code ? `${error.code}: ` : "", error.message);
}
