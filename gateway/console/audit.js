// The audit log: what operators have done, when, why, and in which row of the journal's chain it stands.

import {h, put} from "/console/dom.js";
import {when} from "/console/figures.js";
import {accountLink} from "/console/leases.js";
import {listing} from "/console/lists.js";
import {t} from "/console/prefs.js";

const ACTIONS = [
  "open_account",
  "register_key",
  "revoke_key",
  "deposit",
  "withdraw",
  "define_programme",
  "relate_groups",
  "set_rules",
  "set_market_state",
  "cancel_lease",
  "rule_contest",
  "block_account",
  "unblock_account",
  "cancel_orders",
  "set_band",
  "pause_programme",
  "resume_programme",
  "confirm_proposal",
  "reject_proposal",
];

const OF_LEASES = {cancel_lease: /^lease-(\d+)$/, rule_contest: /^contest-(\d+)-/}; // the lease's number in a subject

export function audit(root, {api}) {
  const box = h("div");
  const action = h(
    "select",
    {"aria-label": t("action"), change: () => look()},
    h("option", {value: ""}, t("all")),
    ACTIONS.map((name) => h("option", {value: name}, t(`act_${name}`))),
  );
  const account = h("input", {placeholder: t("account_id"), "aria-label": t("account_id"), size: 20});
  const columns = () => [
    {head: t("time"), cell: (row) => h("span.soft", {title: row.at}, when(row.at, {seconds: true}))},
    {head: t("seq"), num: true, cell: (row) => row.seq},
    {
      head: t("operator"),
      cell: (row) => (row.operator_id ? accountLink(row.operator_id) : h("span.soft", t("nobody"))),
    },
    {
      head: t("action"),
      cell: (row) => [
        t(`act_${row.action}`),
        row.proposed && h("div.small.warn", t("proposed")),
        row.alone && h("div.small.warn", t("alone")),
      ],
    },
    {head: t("subject"), cell: subject},
    {head: t("reason"), wrap: true, cell: (row) => row.reason},
    {
      head: t("changes"),
      wrap: true,
      cell: (row) =>
        row.changes.map((change) =>
          h("div.small", h("span.soft", `${change.field}: `), `${change.before || "–"} → ${change.after || "–"}`),
        ),
    },
    {
      head: t("effects"),
      wrap: true,
      cell: (row) =>
        h(
          "span.small.soft",
          Object.entries(row.effects)
            .filter(([, number]) => number)
            .map(([name, number]) => `${t(`effect_${name}`)} ${number}`)
            .join(", ") || "–",
        ),
    },
    {
      head: t("chain"),
      cell: (row) =>
        row.row
          ? h(
              "span.mono.soft",
              {title: `${row.row.first_seq}–${row.row.last_seq} ${row.row.link}`},
              row.row.link.slice(0, 10),
            )
          : "–",
    },
  ];
  const load = listing(box, {api, path: "/v1/operator/audit", columns, caption: t("view_audit"), empty: t("no_audit")});
  const look = () => load({action: action.value, account_id: account.value.trim()});
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_audit")),
      h("span.soft.small", t("audit_note")),
      h(
        "form.row.push",
        {
          submit: (event) => {
            event.preventDefault();
            look();
          },
        },
        action,
        account,
      ),
    ),
    h("section.panel", box),
  );
  return look();
}

/** What was acted on; below it whose that is, and the proposal by which it came about or is to. */
function subject(row) {
  const lease = OF_LEASES[row.action]?.exec(row.subject)?.[1];
  const own = row.subject === row.account_id;
  return [
    own
      ? accountLink(row.account_id)
      : lease
        ? h("a", {href: `#/lease/lease-${lease}`}, row.subject)
        : row.subject,
    !own && row.account_id && h("div.small", accountLink(row.account_id)),
    row.proposal_id && row.proposal_id !== row.subject && h("div.small.soft", row.proposal_id),
  ];
}
