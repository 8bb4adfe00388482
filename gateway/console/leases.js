// Leases of everybody by state, and one of them down to its statement and all that happened to it.

import {cancelLease} from "/console/actions.js";
import {facts, h, panel, put, state, table, tabs} from "/console/dom.js";
import {money, percent, span, when} from "/console/figures.js";
import {listing} from "/console/lists.js";
import {prefs, t, word} from "/console/prefs.js";

const STATES = ["", "scheduled", "running", "ended", "defaulted", "released", "cancelled"];
const OPEN = ["scheduled", "running"];

export function accountLink(name) {
  return h("a", {href: `#/account/${name}`}, name);
}

export function leaseLink(name) {
  return h("a", {href: `#/lease/${name}`}, name);
}

/** Why money moved, in words; the code that they stand for in the title. */
export function moved(row) {
  return h("span", {title: row.reason}, word("moved", row.reason));
}

const columns = () => [
  {head: t("lease"), cell: (row) => leaseLink(row.lease_id)},
  {head: t("state"), cell: (row) => state(row.state, t(`lease_${row.state}`))},
  {head: t("market"), cell: (row) => `${row.region} / ${row.chip}`},
  {head: t("chips"), num: true, cell: (row) => money(row.quantity, 0)},
  {head: t("window"), cell: (row) => h("span.soft", span(row.start, row.until))},
  {head: t("price"), num: true, cell: (row) => money(prefs.unit === "cny" ? row.price : row.price_per_du)},
  {head: t("buyer"), cell: (row) => accountLink(row.buyer)},
  {head: t("provider"), cell: (row) => accountLink(row.provider)},
  {head: t("cost"), num: true, cell: (row) => money(row.cost)},
  {head: t("subsidy"), num: true, cell: (row) => (row.programme ? money(row.subsidy) : "–")},
  {head: t("reason"), cell: (row) => h("span.soft", {title: row.reason}, word("ended", row.reason))},
];

export function leases(root, {api, params, go}) {
  const [chosen = ""] = params;
  const box = h("div");
  const account = h("input", {placeholder: t("account"), "aria-label": t("account"), size: 20});
  const load = listing(box, {
    api,
    path: "/v1/operator/leases",
    columns,
    caption: t("view_leases"),
    empty: t("no_leases"),
  });
  const look = () => load({state: chosen, account_id: account.value.trim()});
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_leases")),
      tabs(
        t("state"),
        STATES.map((name) => [name, t(name ? `lease_${name}` : "all")]),
        chosen,
        (value) => go(`/leases/${value}`),
      ),
      h(
        "form.push",
        {
          submit: (event) => {
            event.preventDefault();
            look();
          },
        },
        account,
      ),
    ),
    h("section.panel", box),
  );
  return look();
}

/** One lease: what it is, its money, its periods, all that happened. */
export async function lease(root, ctx) {
  const {api, params} = ctx;
  const made = await api.get(`/v1/operator/leases/${params[0]}/statement`);
  const one = made.lease;
  const buttons =
    OPEN.includes(one.state) &&
    h("button.grave.push", {type: "button", click: () => cancelLease(ctx, one.lease_id)}, t("cancel_lease"));
  put(
    root,
    h(
      "div.head",
      h("h1", one.lease_id),
      state(one.state, t(`lease_${one.state}`)),
      h("span.soft", [word("ended", one.reason), one.words].filter(Boolean).join(" · ")),
      buttons,
    ),
    h(
      "div.cols",
      h(
        "div.w4.stack",
        panel(t("contract"), null, h("div.body", contract(one))),
        panel(t("money"), null, h("div.body", sums(one))),
      ),
      h(
        "div.w8.stack",
        panel(t("statement"), h("span.soft.small.push", t("closing", {amount: money(made.closing)})), statement(made)),
        one.periods.length > 0 && panel(t("periods"), null, periods(one)),
        panel(t("events"), null, h("div.body", timeline(one, made.items))),
      ),
    ),
  );
}

function contract(one) {
  return facts([
    [t("market"), h("a", {href: `#/market/${one.region}/${one.chip}`}, `${one.region} / ${one.chip}`)],
    [t("site"), one.site || "–"],
    [t("chips"), money(one.quantity, 0)],
    [t("window"), `${when(one.start, {year: true})} – ${when(one.end, {year: true})}`],
    one.until !== one.end && [t("until"), when(one.until, {year: true})],
    [t("buyer"), accountLink(one.buyer)],
    [t("provider"), accountLink(one.provider)],
    one.deliverer !== one.provider && [t("deliverer"), accountLink(one.deliverer)],
    [t("price"), `${money(one.price)} CNY/h · ${one.price_per_du === null ? "–" : money(one.price_per_du)} CNY/度`],
    [t("take_or_pay"), percent(one.take_or_pay)],
    [t("orders"), `${one.bid_id} · ${one.ask_id}`],
    one.parent_id && [t("resold_from"), leaseLink(one.parent_id)],
    one.parts.length > 0 && [t("resold_parts"), one.parts.map((part) => [leaseLink(part), " "])],
    [t("delivered_used"), `${money(one.delivered, 0)} / ${money(one.used, 0)}`],
    [t("delivered_until"), when(one.delivered_until, {year: true})],
  ]);
}

function sums(one) {
  const rows = ["cost", "earned", "refunded", "escrow", "frozen", "penalties", "buyer_fee_taken", "provider_fee"];
  return facts([
    ...rows.map((name) => [t(name), money(one[name])]),
    one.programme && [t("programme"), h("a", {href: "#/programmes"}, one.programme)],
    ...(one.programme ? ["subsidy", "redeemed", "returned"].map((name) => [t(name), money(one[name])]) : []),
    one.programme && [t("bound_by"), t(`bound_${one.subsidy_bound}`)],
  ]);
}

/** Amounts come before the names of accounts, which may be longer than there is room. */
function statement(made) {
  const columns = [
    {head: t("time"), cell: (row) => h("span.soft", {title: row.at}, when(row.at))},
    {head: t("reason"), cell: moved},
    {head: t("amount"), num: true, cell: (row) => money(row.amount)},
    {head: t("from"), cell: (row) => h("span.mono", row.debit)},
    {head: t("to"), cell: (row) => h("span.mono", row.credit)},
    {head: t("seq"), num: true, cell: (row) => h("span.soft", row.seq)},
  ];
  return h(
    "div",
    h("div.tall", table(columns, made.items, t("statement"))),
    h(
      "div.row.totals",
      made.totals.map((total) => h("span.small", h("span.soft", moved(total), " "), money(total.amount))),
    ),
  );
}

function periods(one) {
  const columns = [
    {head: t("period"), cell: (row) => span(row.start, row.end)},
    {head: t("state"), cell: (row) => state(row.state, t(`period_${row.state}`))},
    {head: t("delivered"), num: true, cell: (row) => money(row.delivered, 0)},
    {head: t("used"), num: true, cell: (row) => money(row.used, 0)},
    {head: t("paid"), num: true, cell: (row) => money(row.paid)},
    {head: t("refunded"), num: true, cell: (row) => money(row.refunded)},
    {head: t("penalty"), num: true, cell: (row) => money(row.penalty)},
    {head: t("redeemed"), num: true, cell: (row) => money(row.redeemed)},
  ];
  return h("div.tall", table(columns, one.periods, t("periods")));
}

/** What happened, in order: from the lease's own instants, its periods, and its transfers by command. */
function timeline(one, transfers) {
  const found = [[one.created_at, 0, t("event_traded", {price: money(one.price), chips: money(one.quantity, 0)})]];
  if (one.access_given_at) found.push([one.access_given_at, 1, t("event_access")]);
  for (const period of one.periods) {
    found.push([period.end, 2, t(`event_${period.state}`, {start: when(period.start), delivered: period.delivered})]);
  }
  const commands = new Map();
  for (const made of transfers) commands.set(made.seq, [...(commands.get(made.seq) ?? []), made]);
  for (const [seq, items] of commands) {
    const said = [...new Set(items.map((made) => word("moved", made.reason)))].join(", ");
    found.push([items[0].at, 3, `${said} · ${t("seq")} ${seq}`]);
  }
  if (!OPEN.includes(one.state))
    found.push([one.until, 4, `${t(`lease_${one.state}`)}${one.reason ? ` · ${word("ended", one.reason)}` : ""}`]);
  found.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  return h(
    "ol.timeline.tall",
    {tabindex: 0, "aria-label": t("events")},
    found.map(([at, , words]) => h("li", h("span.soft", when(at, {year: true})), h("span", words))),
  );
}
