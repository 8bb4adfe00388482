// The brakes: what is held now, what can be held, and the proposals that wait for a second operator.

import {
  act,
  blockAccount,
  cancelOrders,
  hits,
  marketFields,
  revokeKey,
  setBand,
  setScope,
  unblockAccount,
  resumeProgramme,
} from "/console/actions.js";
import {h, panel, put, state, table} from "/console/dom.js";
import {when} from "/console/figures.js";
import {accountLink} from "/console/leases.js";
import {t} from "/console/prefs.js";
import {toast} from "/console/shell.js";

const CLOSED = ["confirmed", "rejected", "expired", "superseded"];
const CLOSED_SHOWN = 10;
const OPEN_MAX = 100; // as many as can wait at a time

export async function brakes(root, ctx) {
  const inState = async (state, limit) => (await ctx.api.get("/v1/operator/proposals", {state, limit})).items;
  const [held, waiting, ...over] = await Promise.all([
    ctx.api.get("/v1/operator/brakes"),
    inState("open", OPEN_MAX),
    ...CLOSED.map((state) => inState(state, CLOSED_SHOWN)),
  ]);
  const closed = over.flat().sort((a, b) => Date.parse(b.closed_at) - Date.parse(a.closed_at) || b.seq - a.seq);
  const button = (words, press, kind = "button") => h(kind, {type: "button", click: press}, words);
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_brakes")),
      h(
        "span.row.push",
        button(t("brake_scope"), () => setScope(ctx), "button.grave"),
        button(t("block"), () => blockAccount(ctx)),
        button(t("cancel_orders"), () => cancelOrders(ctx)),
        button(t("revoke"), () => revokeKey(ctx)),
        button(t("band"), () => chooseBand(ctx)),
      ),
    ),
    h(
      "div.stack",
      panel(
        t("proposals"),
        null,
        waiting.length ? waiting.map((one) => proposal(ctx, one)) : h("p.note", t("no_proposals")),
      ),
      panel(t("held_now"), null, heldTable(ctx, held)),
      closed.length > 0 && panel(t("closed_proposals"), null, closedTable(closed.slice(0, CLOSED_SHOWN))),
    ),
  );
}

function heldTable(ctx, held) {
  const every = (name) => name ?? t("every");
  const rows = [
    ...held.markets.map((row) => ({
      what: `${every(row.region)} / ${every(row.chip)}`,
      how: state(row.state, t(`state_${row.state}`)),
      row,
      undo: () =>
        setScope(ctx, {
          region: row.region ?? "",
          chip: row.chip ?? "",
          chosen: row.state === "post_only" ? "open" : "post_only",
        }),
      words: t("reopen"),
    })),
    ...held.accounts.map((row) => ({
      what: accountLink(row.account_id),
      how: state("blocked", t("blocked")),
      row,
      undo: () => unblockAccount(ctx, row.account_id),
      words: t("unblock"),
    })),
    ...held.bands.map((row) => ({
      what: `${row.region} / ${row.chip}`,
      how: state("warn", `${t("band")} ${row.band}`),
      row,
      undo: () => setBand(ctx, row.region, row.chip, row.band),
      words: t("change"),
    })),
    ...held.programmes.map((row) => ({
      what: row.programme,
      how: state("halted", t("paused")),
      row,
      undo: () => resumeProgramme(ctx, row.programme),
      words: t("resume"),
    })),
  ];
  if (!rows.length) return h("p.note", t("nothing_held"));
  return table(
    [
      {head: t("what"), cell: (one) => one.what},
      {head: t("state"), cell: (one) => one.how},
      {head: t("reason"), wrap: true, cell: (one) => one.row.reason},
      {head: t("operator"), cell: (one) => one.row.operator_id ?? "–"},
      {head: t("since"), cell: (one) => h("span.soft", when(one.row.since))},
      {head: h("span.aside", t("action")), cell: (one) => h("button", {type: "button", click: one.undo}, one.words)},
    ],
    rows,
    t("held_now"),
  );
}

function proposal(ctx, one) {
  const answer = (verb) => async () => {
    try {
      const done = await ctx.api.post(`/v1/operator/proposals/${one.proposal_id}/${verb}`, {});
      toast(t("proposal_closed", {id: one.proposal_id, state: t(`proposal_${done.proposal.state}`)}));
      ctx.again();
    } catch (error) {
      toast(`${error.code}: ${error.message}`);
    }
  };
  return h(
    "div.body",
    h(
      "div.row.mid",
      h("b", one.proposal_id),
      `${t(`act_${one.action}`)} · ${one.subject}`,
      h("span.soft", t("proposed_by", {who: one.operator_id, time: when(one.expires_at)})),
      h(
        "span.row.push",
        h("button", {type: "button", click: answer("reject")}, t("reject")),
        h("button.grave", {type: "button", click: answer("confirm")}, t("confirm")),
      ),
    ),
    h("p", one.reason),
    one.changes.map((change) => h("p.small", `${change.field}: ${change.before || "–"} → ${change.after || "–"}`)),
    hits(one.hits),
  );
}

function closedTable(rows) {
  return table(
    [
      {head: t("proposal"), cell: (one) => one.proposal_id},
      {head: t("action"), cell: (one) => `${t(`act_${one.action}`)} · ${one.subject}`},
      {head: t("state"), cell: (one) => t(`proposal_${one.state}`)},
      {head: t("operator"), cell: (one) => one.operator_id},
      {head: t("closed_by"), cell: (one) => one.closed_by ?? "–"},
      {head: t("time"), cell: (one) => when(one.closed_at)},
      {head: t("reason"), wrap: true, cell: (one) => one.closing_reason || one.reason},
    ],
    rows,
    t("closed_proposals"),
  );
}

/** A band for a market that is named in the dialog itself. */
function chooseBand(ctx) {
  act(ctx, {
    title: t("band"),
    path: ({region, chip}) => `/v1/operator/markets/${region}/${chip}/band`,
    fields: [...marketFields(ctx), {name: "band", label: t("band_label"), hint: "0.2"}],
    sent: ({band}) => ({band: band || null}),
  });
}
