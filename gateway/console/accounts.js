// Accounts with their balances, and each balance down to the transfers that made it.

import {blockAccount, cancelOrders, revokeKey, unblockAccount} from "/console/actions.js";
import {facts, h, panel, put, state, table} from "/console/dom.js";
import {fromMicros, micros, money, shortMoney, when} from "/console/figures.js";
import {accountLink, leaseLink, moved} from "/console/leases.js";
import {listing} from "/console/lists.js";
import {t} from "/console/prefs.js";

const PURSES = ["available", "held", "escrow", "bond"];

export function accounts(root, {api, go}) {
  const box = h("div");
  const wanted = h("input", {placeholder: t("account_id"), "aria-label": t("account_id"), size: 20});
  const columns = () => [
    {head: t("account"), cell: (row) => [accountLink(row.account_id), row.blocked && [" ", blocked()]]},
    {head: t("roles"), cell: (row) => row.roles.map((role) => t(`role_${role}`)).join(", ")},
    {head: t("owner_group"), cell: (row) => h("span.soft", row.owner_group)},
    {head: t("place"), cell: (row) => h("span.soft", [row.place, ...row.tags].filter(Boolean).join(" · "))},
    ...PURSES.map((purse) => ({
      head: t(`purse_${purse}`),
      num: true,
      cell: (row) =>
        h("a", {href: `#/account/${row.account_id}/${purse}`, title: money(row[purse])}, shortMoney(row[purse])),
    })),
  ];
  const load = listing(box, {
    api,
    path: "/v1/operator/accounts",
    columns,
    caption: t("view_accounts"),
    empty: t("no_accounts"),
  });
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_accounts")),
      h(
        "form.push",
        {
          submit: (event) => {
            event.preventDefault();
            go(`/account/${wanted.value.trim()}`);
          },
        },
        wanted,
      ),
    ),
    h("section.panel", box),
  );
  return load();
}

function blocked() {
  return state("blocked", t("blocked"));
}

export async function account(root, ctx) {
  const {api, params, go} = ctx;
  const [name, purse = ""] = params;
  const {account: one, keys} = await api.get(`/v1/operator/accounts/${encodeURIComponent(name)}`);
  const cards = PURSES.map((each) =>
    h(
      "button.card",
      {
        type: "button",
        "aria-pressed": String(each === purse),
        id: `purse-${each}`,
        click: () => go(`/account/${name}${each === purse ? "" : `/${each}`}`),
      },
      h("div.soft.small", t(`purse_${each}`)),
      h("div.value", money(one[each])),
    ),
  );
  const box = h("div");
  put(
    root,
    h(
      "div.head",
      h("h1", one.account_id),
      one.blocked && blocked(),
      h(
        "span.row.push",
        h("a.button", {href: `#/leases`}, t("view_leases")),
        h("button", {type: "button", click: () => cancelOrders(ctx, name)}, t("cancel_orders")),
        one.blocked
          ? h("button.grave", {type: "button", click: () => unblockAccount(ctx, name)}, t("unblock"))
          : h("button.grave", {type: "button", click: () => blockAccount(ctx, name)}, t("block")),
      ),
    ),
    h(
      "div.stack",
      h("div.cards", cards),
      h(
        "div.cols",
        h(
          "div.w4.stack",
          panel(t("particulars"), null, h("div.body", particulars(one))),
          panel(t("keys_of"), null, keyTable(ctx, keys)),
        ),
        h(
          "div.w8",
          panel(
            purse ? t("transfers_of", {purse: t(`purse_${purse}`)}) : t("transfers"),
            purse && h("a.push.small", {href: `#/account/${name}`}, t("all")),
            box,
          ),
        ),
      ),
    ),
  );
  return transfers(box, api, one, purse);
}

function particulars(one) {
  return facts([
    [t("roles"), one.roles.map((role) => t(`role_${role}`)).join(", ")],
    [t("owner_group"), one.owner_group],
    [t("place"), one.place || "–"],
    [t("tags"), one.tags.join(", ") || "–"],
    [t("contestable"), money(one.contestable)],
  ]);
}

function keyTable(ctx, keys) {
  return table(
    [
      {head: t("key"), cell: (row) => h("span.mono", row.key_id.slice(0, 12))},
      {head: t("scopes"), cell: (row) => row.scopes.join(" ")},
      {
        head: t("state"),
        cell: (row) =>
          row.revoked
            ? state("cancelled", t("revoked"))
            : h("button.plain", {type: "button", click: () => revokeKey(ctx, row.key_id)}, t("revoke")),
      },
    ],
    keys,
    t("keys_of"),
  );
}

/** All transfers, or those of one purse with what it then held, newest first. */
function transfers(box, api, one, purse) {
  const mine = `${one.account_id}/`;
  const touches = (row) => !purse || row.debit === mine + purse || row.credit === mine + purse;
  const change = (row) => {
    const own = (side) => (purse ? row[side] === mine + purse : row[side].startsWith(mine));
    const sum = (own("credit") ? micros(row.amount) : 0n) - (own("debit") ? micros(row.amount) : 0n);
    return `${sum > 0n ? "+" : ""}${money(fromMicros(sum))}`;
  };
  const columns = () => [
    {head: t("time"), cell: (row) => h("span.soft", {title: row.at}, when(row.at))},
    {head: t("reason"), cell: moved},
    {head: purse ? t("change") : t("amount"), num: true, cell: (row) => (purse ? change(row) : money(row.amount))},
    ...(purse ? [{head: t("then_held"), num: true, cell: (row) => money(row.after[purse])}] : []),
    {
      head: t("about"),
      cell: (row) => (row.lease_id ? leaseLink(row.lease_id) : h("span.soft", row.order_id ?? row.reference ?? "")),
    },
    {head: t("from"), cell: (row) => h("span.mono", row.debit)},
    {head: t("to"), cell: (row) => h("span.mono", row.credit)},
    {head: t("seq"), num: true, cell: (row) => h("span.soft", row.seq)},
  ];
  const path = `/v1/operator/accounts/${encodeURIComponent(one.account_id)}/transfers`;
  const about = {caption: t("transfers"), empty: t("no_transfers"), limit: 200, keep: touches};
  return listing(box, {api, path, columns, ...about})();
}
