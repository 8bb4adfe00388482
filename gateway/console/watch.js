// What operators keep an eye on: alerts of supervision, contests, open sessions, and that the books add up.

import {ruleContest} from "/console/actions.js";
import {facts, h, panel, put, state, table, tabs} from "/console/dom.js";
import {count, lasting, money, secondsBetween, when} from "/console/figures.js";
import {accountLink, leaseLink} from "/console/leases.js";
import {listing, STRETCH_MAX, stretches} from "/console/lists.js";
import {t} from "/console/prefs.js";
import {problem} from "/console/shell.js";

const KINDS = ["", "related_party", "circular", "double_subsidy", "underused", "split_contract"];
const SESSIONS_MS = 3000;

export function alerts(root, {api, params, go}) {
  const [kind = ""] = params;
  const box = h("div");
  const columns = () => [
    {head: t("time"), cell: (row) => h("span.soft", {title: row.at}, when(row.at))},
    {head: t("kind"), cell: (row) => state("warn", t(`flag_${row.kind}`))},
    {head: t("groups"), wrap: true, cell: (row) => row.groups.join(", ")},
    {head: t("what"), wrap: true, cell: (row) => row.detail},
    {head: t("amount"), num: true, cell: (row) => money(row.amount)},
    {head: t("leases"), cell: (row) => row.lease_ids.slice(-4).map((id) => [leaseLink(id), " "])},
    {head: t("programme"), cell: (row) => row.programme ?? "–"},
  ];
  const load = listing(box, {
    api,
    path: "/v1/operator/alerts",
    columns,
    caption: t("view_alerts"),
    empty: t("no_alerts"),
  });
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_alerts")),
      tabs(
        t("kind"),
        KINDS.map((name) => [name, t(name ? `flag_${name}` : "all")]),
        kind,
        (value) => go(`/alerts/${value}`),
      ),
    ),
    h("section.panel", box),
  );
  return load({kind});
}

export function contests(root, ctx) {
  const box = h("div");
  const columns = () => [
    {head: t("time"), cell: (row) => h("span.soft", when(row.at))},
    {head: t("lease"), cell: (row) => leaseLink(row.lease_id)},
    {head: t("buyer"), cell: (row) => accountLink(row.account_id)},
    {head: t("period"), cell: (row) => (row.period ? when(row.period.start) : row.index)},
    {
      head: t("delivered_used"),
      num: true,
      cell: (row) => (row.period ? `${row.period.delivered} / ${row.period.used}` : "–"),
    },
    {head: t("reason"), wrap: true, cell: (row) => row.reason},
    {head: t("frozen"), num: true, cell: (row) => money(row.frozen)},
    {
      head: t("ruling"),
      wrap: true,
      cell: (row) =>
        row.ruled_at
          ? `${when(row.ruled_at)} · ${row.ruling} · ${t("refunded")} ${money(row.refunded)}`
          : h("button", {type: "button", click: () => ruleContest(ctx, row)}, t("rule")),
    },
  ];
  put(root, h("div.head", h("h1", t("view_contests"))), h("section.panel", box));
  return listing(box, {
    api: ctx.api,
    path: "/v1/operator/contests",
    columns,
    caption: t("view_contests"),
    empty: t("no_contests"),
  })();
}

export async function sessions(root, {api}) {
  const box = h("div");
  let [most, asked, idle] = [STRETCH_MAX, 0, true];
  const more = () => {
    most += STRETCH_MAX;
    return quietly();
  };
  const foot = h("div.more", {hidden: true}, h("button", {type: "button", click: more}, t("more")));
  const limits = await api.get("/v1/account/limits");
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_sessions")),
      h(
        "span.soft.small",
        t("session_limits", {sockets: limits.sockets_max, channels: limits.channels_max, flight: limits.in_flight_max}),
      ),
    ),
    h("section.panel", box, foot),
  );
  const look = async () => {
    const mine = (asked += 1);
    idle = false;
    try {
      const [{items, cursor}, {now}] = await Promise.all([
        stretches(api, "/v1/operator/sessions", {}, most),
        api.get("/v1/time"),
      ]);
      if (mine !== asked) return; // one at more of them is under way
      put(
        box,
        items.length ? table(sessionColumns(now, limits), items, t("view_sessions")) : h("p.note", t("no_sessions")),
      );
      foot.hidden = !cursor;
    } finally {
      idle = mine === asked;
    }
  };
  const quietly = () => look().catch((error) => put(box, problem(error)));
  await look();
  const timer = setInterval(() => idle && !document.hidden && quietly(), SESSIONS_MS);
  return () => clearInterval(timer);
}

function sessionColumns(now, limits) {
  return [
    {head: t("session"), cell: (row) => h("span.mono", row.session_id)},
    {head: t("account"), cell: (row) => (row.account_id ? accountLink(row.account_id) : h("span.soft", t("nobody")))},
    {head: t("address"), cell: (row) => row.address ?? "–"},
    {head: t("since"), cell: (row) => h("span.soft", when(row.since))},
    {head: t("heard"), num: true, cell: (row) => t("ago", {time: lasting(row.silent_s)})},
    {head: t("in_flight"), num: true, cell: (row) => `${row.in_flight} / ${limits.in_flight_max}`},
    {head: t("queue"), num: true, cell: (row) => `${count(row.outbox_bytes)} B`},
    {head: t("dead_man"), cell: (row) => deadMan(row, now)},
    {
      head: t("channels"),
      wrap: true,
      cell: (row) => h("span.small.soft", `${row.channels.length}: ${row.channels.slice(0, 3).join(" ")}`),
    },
  ];
}

/** What cancels the account's orders when it falls silent: in so long, at once when the socket goes, or nothing. */
function deadMan(row, now) {
  const armed = [
    row.dead_man_until && t("armed", {time: lasting(secondsBetween(now, row.dead_man_until))}),
    row.cancel_on_disconnect && t("on_disconnect"),
  ].filter(Boolean);
  return armed.length ? state("warn", armed.join(" · ")) : h("span.soft", "–");
}

/** The whole check of the books: what must read zero. */
export async function books(root, {api}) {
  const found = await api.get("/v1/operator/invariants");
  const wrong = found.violations.length;
  put(
    root,
    h("div.head", h("h1", t("view_books")), h("span.soft.small", t("books_note"))),
    h(
      "div.cols",
      h(
        "section.panel.w4",
        h("header", h("h2", t("violations")), state(wrong ? "bad" : "good", t(wrong ? "broken" : "adds_up"))),
        h(
          "div.body.stack",
          h(
            "div",
            {class: wrong ? "bad" : "good", id: "violations", style: {"font-size": "44px", "font-weight": 650}},
            String(wrong),
          ),
          found.violations.map((line) => h("p.bad", line)),
        ),
      ),
      h(
        "div.w8",
        panel(
          t("checked"),
          null,
          h(
            "div.body",
            facts([
              [t("seq"), count(found.seq)],
              [t("time"), when(found.now, {seconds: true, year: true})],
              [t("accounts"), count(found.accounts)],
              [t("open_bids"), count(found.open_bids)],
              [t("open_asks"), count(found.open_asks)],
              [t("open_leases"), count(found.open_leases)],
              [t("digest"), h("span.mono", found.digest)],
            ]),
          ),
        ),
      ),
    ),
  );
}
