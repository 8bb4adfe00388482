// How chips are used, up to now: leased, used, lost; in all, by region, by provider.

import {h, panel, put, table} from "/console/dom.js";
import {money, percent} from "/console/figures.js";
import {accountLink} from "/console/leases.js";
import {named, t} from "/console/prefs.js";

const SHARES = ["leased_share", "used_share", "used_of_due", "fault_rate", "domestic_share"];

export async function usage(root, {api, catalog}) {
  const found = await api.get("/v1/kpis");
  const place = (row) => named(catalog.regions.find((entry) => entry.region === row.name));
  put(
    root,
    h("div.head", h("h1", t("view_figures")), h("span.soft.small", t("usage_note"))),
    h(
      "div.stack",
      h(
        "div.cards",
        SHARES.map((name) =>
          h("div.card", h("div.soft.small", t(name)), h("div.value", percent(found.usage?.[name], 1))),
        ),
      ),
      panel(t("by_region"), null, rows(found.regions ?? [], place, t("by_region"))),
      panel(
        t("by_provider"),
        null,
        rows(found.providers ?? [], (row) => accountLink(row.name), t("by_provider")),
      ),
    ),
  );
}

function rows(items, name, caption) {
  if (!items.length) return h("p.note", t("no_usage"));
  const hours = (field) => ({head: t(`hours_${field}`), num: true, cell: (row) => money(row[field].split(".")[0], 0)});
  return table(
    [
      {head: t("what"), cell: name},
      hours("registered"),
      hours("leased"),
      hours("used"),
      hours("lost"),
      ...SHARES.map((field) => ({head: t(field), num: true, cell: (row) => percent(row[field], 1)})),
      {head: "PUE", num: true, cell: (row) => row.pue ?? "–"},
    ],
    items,
    caption,
  );
}
