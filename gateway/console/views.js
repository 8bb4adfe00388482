// Every view of the console: the names in its address, the key that leads there, what draws it.

import {account, accounts} from "/console/accounts.js";
import {setBand, setMarket} from "/console/actions.js";
import {audit} from "/console/audit.js";
import {brakes} from "/console/brakes.js";
import {capacity, sharesLeased} from "/console/capacity.js";
import {h, put} from "/console/dom.js";
import {grid} from "/console/grid.js";
import {index} from "/console/index.js";
import {lease, leases} from "/console/leases.js";
import {market} from "/console/market.js";
import {past} from "/console/past.js";
import {t} from "/console/prefs.js";
import {usage} from "/console/usage.js";
import {programmes} from "/console/vouchers.js";
import {alerts, books, contests, sessions} from "/console/watch.js";

const address = (region, chip, tenor) => `/market/${region}/${chip}/${tenor}`;

function map(root, {api, catalog}) {
  const [cards, markets] = [h("div"), h("div")];
  put(root, h("h1.aside", t("view_map")), h("div.stack", cards, markets));
  const ends = [
    index(cards, api),
    grid(markets, {api, catalog, link: (...where) => `#${address(...where)}`, shares: () => sharesLeased(api)}),
  ];
  return () => ends.forEach((end) => end());
}

function oneMarket(root, ctx) {
  const {api, stream, catalog, params, go} = ctx;
  const [region, chip, tenor = "P1D"] = params;
  const extra = (one) => past(ctx, one);
  const tools = h(
    "span.row.push",
    h("a.button", {href: `#/capacity/${region}/${chip}`}, t("view_capacity")),
    h("button", {type: "button", click: () => setBand(ctx, region, chip)}, t("band")),
    h("button.grave", {type: "button", id: "brake", click: () => setMarket(ctx, region, chip, "halted")}, t("brake")),
  );
  return market(root, {
    api,
    stream,
    catalog,
    region,
    chip,
    tenor,
    go: (...where) => go(address(...where)),
    extra,
    tools,
  });
}

export const VIEWS = [
  {names: [""], key: "1", show: map},
  {names: ["market"], under: "", show: oneMarket},
  {names: ["capacity"], key: "2", show: capacity},
  {names: ["leases"], key: "3", show: leases},
  {names: ["lease"], under: "leases", show: lease},
  {names: ["accounts"], key: "4", show: accounts},
  {names: ["account"], under: "accounts", show: account},
  {names: ["programmes"], key: "5", show: programmes},
  {names: ["alerts"], key: "6", show: alerts},
  {names: ["contests"], key: "7", show: contests},
  {names: ["sessions"], key: "8", show: sessions},
  {names: ["books"], key: "9", show: books},
  {names: ["figures"], key: "0", show: usage},
  {names: ["brakes"], key: "b", show: brakes},
  {names: ["audit"], key: "a", show: audit},
];
