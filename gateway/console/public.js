// The public market page at `/`: prices by chip and region, one market's depth and candles, the index. No login.

import {Api} from "/console/api.js";
import {h, put} from "/console/dom.js";
import {grid} from "/console/grid.js";
import {index} from "/console/index.js";
import {market} from "/console/market.js";
import {t} from "/console/prefs.js";
import {Head, listenToKeys, problem, sayLanguage} from "/console/shell.js";
import {Stream} from "/console/stream.js";

const api = new Api();
const stream = new Stream();
const head = new Head(api, stream, () => [
  h("a.button", {href: "/docs"}, t("docs")),
  h("a.button", {href: "/console"}, t("console")),
]);
const cards = h("div");
const prices = h("div");
const detail = h("div");
document.body.append(
  h("a.skip", {href: "#main"}, t("skip")),
  h(
    "div.frame.open",
    head.element,
    h("main", {id: "main", tabindex: -1}, h("h1.aside", t("public_title")), h("div.stack", cards, prices, detail)),
  ),
);

let catalog = null;
let ends = [];

const link = (region, chip, tenor) => `#/market/${region}/${chip}/${tenor}`;

function draw() {
  head.draw();
  document.title = `Leasebook · ${t("public_title")}`;
  if (!catalog) return;
  for (const end of ends) end();
  ends = [index(cards, api), grid(prices, {api, catalog, link})];
  const [, kind, region, chip, tenor] = location.hash.split("/");
  if (kind === "market" && catalog.tenors.includes(tenor)) {
    ends.push(
      market(detail, {api, stream, catalog, region, chip, tenor, go: (...where) => (location.hash = link(...where))}),
    );
  } else {
    put(detail, h("p.note", t("choose_market")));
  }
}

window.addEventListener("hashchange", () => {
  draw();
  if (location.hash) detail.scrollIntoView({behavior: "auto", block: "start"});
});
listenToKeys({});
try {
  catalog = await api.get("/v1/catalog");
  if (!location.hash) history.replaceState(null, "", await busiest());
} catch (error) {
  put(prices, problem(error));
}
sayLanguage(draw);

/** Where to look first: the market that traded last. */
async function busiest() {
  const found = (await api.get("/v1/markets")).items.filter((entry) => entry.last_trade);
  found.sort((a, b) => b.last_trade.seq - a.last_trade.seq);
  return found.length ? link(found[0].region, found[0].chip, "P1D") : "#";
}
