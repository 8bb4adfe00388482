// The front door: regions × chips, each market a cell with its best ask, spread, share leased and state.

import {h, put, state, tabs} from "/console/dom.js";
import {duration, money, percent, price, spread, unitWord} from "/console/figures.js";
import {named, prefs, t} from "/console/prefs.js";

const LOOK_MS = 2000;
const SHARES_MS = 10_000;

/** Draw the grid and keep it up to date; gives what ends it. `link(region, chip, tenor)` is where a cell leads. */
export function grid(root, {api, catalog, link, shares}) {
  let tenor = sessionStorage.getItem("leasebook.tenor") ?? "P1D";
  let markets = [];
  let leased = {};
  const box = h("div.grid.scroll", {tabindex: 0, role: "region", "aria-label": t("markets")});
  const choice = tabs(
    t("tenor"),
    catalog.tenors.map((name) => [name, duration(name)]),
    tenor,
    (value) => {
      tenor = value;
      sessionStorage.setItem("leasebook.tenor", value);
      draw();
    },
  );
  const keys = h("span.row.mid", shares && key("leased-fill", t("share_leased")));
  put(
    root,
    h(
      "section.panel",
      h("header", h("h2", t("markets")), h("span.soft.small", unitWord()), h("span.push", choice)),
      h("div.body", box, keys),
    ),
  );

  function draw() {
    const focused = box.contains(document.activeElement) ? document.activeElement.id : null;
    const chips = catalog.chips.filter((chip) => markets.some((market) => market.chip === chip.chip));
    const found = new Map(markets.map((market) => [`${market.region}/${market.chip}`, market]));
    const regions = catalog.regions.filter((region) => markets.some((market) => market.region === region.region));
    if (!markets.length) return put(box, h("p.note", t("no_markets")));
    put(
      box,
      h(
        "table",
        h("caption.aside", t("markets")),
        h(
          "thead",
          h(
            "tr",
            h("th", {scope: "col"}, t("region")),
            chips.map((chip) => h("th", {scope: "col"}, chipName(chip))),
          ),
        ),
        h(
          "tbody",
          byHub(regions).map(([hub, inside]) => [
            hub && h("tr.hub", h("th", {scope: "rowgroup", colspan: chips.length + 1}, t(`hub_${hub}`))),
            inside.map((region) =>
              h(
                "tr",
                h("th", {scope: "row"}, named(region)),
                chips.map((chip) => {
                  const market = found.get(`${region.region}/${chip.chip}`);
                  return market ? h("td", cell(market, chip)) : h("td.none", h("div.void"));
                }),
              ),
            ),
          ]),
        ),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  function cell(market, chip) {
    const top = market.tenors.find((entry) => entry.tenor === tenor);
    const share = leased[`${market.region}/${market.chip}`];
    const [ask, bid] = [top.best_ask, top.best_bid];
    const gap = ask && bid ? spread(ask[0], bid[0], market.du_rate) : "–";
    return h(
      "a.cell",
      {
        href: link(market.region, market.chip, tenor),
        id: `cell-${market.region}-${market.chip}`,
        style: {"--share": share === undefined ? 0 : Math.round(share * 100)},
        title: `${named(catalog.regions.find((r) => r.region === market.region))} · ${chip.vendor} ${chip.model}`,
      },
      h("span.name", chipName(chip)),
      h(
        "span.line",
        ask ? h("span.price", price(ask[0], market.du_rate)) : h("span.soft", t("no_ask")),
        h("span.small.soft", otherUnit(ask, market.du_rate)),
      ),
      h("span.line.small.soft", h("span", `${t("spread")} ${gap}`), share !== undefined && h("span", percent(share))),
      market.state === "open" ? null : state(market.state, t(`state_${market.state}`)),
      share !== undefined && h("span.leased", {"aria-hidden": true}),
    );
  }

  async function look() {
    if (document.hidden) return;
    markets = (await api.get("/v1/markets")).items;
    draw();
  }

  async function lookShares() {
    if (!shares || document.hidden) return;
    leased = await shares();
    draw();
  }

  box.addEventListener("keydown", (event) => walk(event, box));
  const quietly = (act) => () => act().catch(() => {});
  const timers = [setInterval(quietly(look), LOOK_MS), setInterval(quietly(lookShares), SHARES_MS)];
  quietly(look)();
  quietly(lookShares)();
  return () => timers.forEach(clearInterval);
}

/** The best ask in the unit that is not chosen, to be read beside the other. */
function otherUnit(ask, rate) {
  if (!ask || rate === null) return "";
  return prefs.unit === "cny" ? `${(Number(ask[0]) / Number(rate)).toFixed(2)} /度` : `${money(ask[0])} /h`;
}

export function key(kind, words) {
  return h("span.key", h(`i.${kind}`), words);
}

export function chipName(chip) {
  return chip.model;
}

/** Regions by national hub, in the catalogue's order; those of no hub last. */
function byHub(regions) {
  const hubs = new Map();
  for (const region of regions) hubs.set(region.hub, [...(hubs.get(region.hub) ?? []), region]);
  return [...hubs].sort(([a], [b]) => (a === "") - (b === ""));
}

/** Arrows move from cell to cell, by where they stand. */
function walk(event, box) {
  const [x, y] = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[event.key] ?? [0, 0];
  if ((!x && !y) || !document.activeElement.matches(".cell")) return;
  const from = document.activeElement.getBoundingClientRect();
  const others = [...box.querySelectorAll(".cell")].map((one) => [one, one.getBoundingClientRect()]);
  const ahead = others.filter(([, at]) => (x ? x * (at.left - from.left) > 1 : y * (at.top - from.top) > 1));
  const far = ([, at]) => Math.abs(at.left - from.left) * (y ? 8 : 1) + Math.abs(at.top - from.top) * (x ? 8 : 1);
  ahead.sort((a, b) => far(a) - far(b));
  ahead[0]?.[0].focus();
  event.preventDefault();
}
