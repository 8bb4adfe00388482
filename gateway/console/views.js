// Every view of the console: the names in its address, the key that leads there, what draws it.

import {grid} from "/console/grid.js";
import {market} from "/console/market.js";

const address = (region, chip, tenor) => `/market/${region}/${chip}/${tenor}`;

function map(root, {api, catalog}) {
  return grid(root, {api, catalog, link: (...where) => `#${address(...where)}`});
}

function oneMarket(root, {api, stream, catalog, params, go}) {
  const [region, chip, tenor = "P1D"] = params;
  return market(root, {api, stream, catalog, region, chip, tenor, go: (...where) => go(address(...where))});
}

export const VIEWS = [
  {names: [""], key: "1", show: map},
  {names: ["market"], under: "", show: oneMarket},
];
