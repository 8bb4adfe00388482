// Voucher programmes: where each pool's money is, and when it is empty at the pace of late.

import {pauseProgramme, resumeProgramme} from "/console/actions.js";
import {facts, h, panel, put, state, table} from "/console/dom.js";
import {lasting, money, percent, secondsBetween, shortMoney, when} from "/console/figures.js";
import {key} from "/console/grid.js";
import {named, t} from "/console/prefs.js";

const WAYS = [
  ["redeemed", "redeemed-fill"],
  ["committed", "committed-fill"],
  ["pool", "idle-fill"],
];

export async function programmes(root, ctx) {
  const [{items}, kpis, {now}] = await Promise.all([
    ctx.api.get("/v1/operator/programmes"),
    ctx.api.get("/v1/kpis"),
    ctx.api.get("/v1/time"),
  ]);
  const figures = new Map();
  for (const row of kpis.programmes) if (!figures.has(row.programme)) figures.set(row.programme, row);
  items.sort(
    (a, b) => Number(b.granted) - Number(a.granted) || Number(b.programme.committed) - Number(a.programme.committed),
  );
  const used = ({programme, granted}) => [programme.committed, programme.redeemed, granted].some(Number);
  const [busy, rest] = [items.filter(used), items.filter((use) => !used(use))];
  put(
    root,
    h(
      "div.head",
      h("h1", t("view_programmes")),
      h(
        "span.row.mid.push",
        WAYS.map(([way, fill]) => key(fill, t(`pool_${way}`))),
      ),
    ),
    h(
      "div.stack",
      h(
        "div.cols",
        busy.map((use) => card(ctx, use, figures.get(use.programme.programme), now)),
      ),
      panel(t("not_in_use"), null, rest.length ? unused(ctx, rest) : h("p.note", t("no_programmes"))),
    ),
  );
}

function unused(ctx, rest) {
  return table(
    [
      {
        head: t("programme"),
        cell: (use) => [h("b", named(use.programme.definition)), h("span.soft.small", ` ${use.programme.programme}`)],
      },
      {head: t("pool_pool"), num: true, cell: (use) => inPool(use.programme)},
      {head: t("valid"), cell: (use) => h("span.soft", valid(use.programme.definition))},
      {head: t("state"), cell: (use) => (use.programme.paused ? state("halted", t("paused")) : "–")},
      {head: t("action"), cell: (use) => pauser(ctx, use.programme)},
    ],
    rest,
    t("not_in_use"),
  );
}

function pauser(ctx, one) {
  return one.paused
    ? h("button", {type: "button", click: () => resumeProgramme(ctx, one.programme)}, t("resume"))
    : h("button", {type: "button", click: () => pauseProgramme(ctx, one.programme)}, t("pause"));
}

/** What a programme may still grant; of one without a figure what its pool holds says nothing. */
function inPool({definition, pool}) {
  return definition.pool_is ? amount(pool) : h("span.soft", t("no_ceiling"));
}

function amount(text) {
  return h("span", {title: money(text)}, shortMoney(text));
}

function valid({from, until}) {
  return from || until ? `${from?.slice(0, 10) ?? "…"} – ${until?.slice(0, 10) ?? "…"}` : "–";
}

function card(ctx, use, year, now) {
  const one = use.programme;
  const all = WAYS.reduce((sum, [way]) => sum + Number(one[way]), 0);
  return h(
    "section.panel.w4",
    {"aria-label": named(one.definition)},
    h(
      "header",
      h("h2", named(one.definition)),
      h("span.soft.small", one.programme),
      one.paused && state("halted", t("paused")),
    ),
    h(
      "div.body.stack",
      h(
        "div.meter",
        {role: "img", "aria-label": WAYS.map(([way]) => `${t(`pool_${way}`)} ${shortMoney(one[way])}`).join(", ")},
        all > 0 && WAYS.map(([way, fill]) => h(`i.${fill}`, {style: {"--w": (Number(one[way]) / all) * 100}})),
      ),
      facts([
        ...WAYS.map(([way]) => [t(`pool_${way}`), way === "pool" ? inPool(one) : amount(one[way])]),
        [t("granted_lately"), `${shortMoney(use.granted)} · ${lasting(secondsBetween(use.since, now))}`],
        [t("runs_out"), runsOut(use, now)],
        year && [t("claimants"), `${year.claimants} · ${t("leases_count", {count: year.leases})}`],
        year && [t("domestic"), percent(year.domestic_share)],
        [t("valid"), valid(one.definition)],
      ]),
      h("div.row", pauser(ctx, one)),
    ),
  );
}

function runsOut(use, now) {
  if (!["ceiling", "total"].includes(use.programme.definition.pool_is)) return h("span.soft", t("no_ceiling"));
  if (use.runs_out_at === null) return h("span.soft", t("runs_out_never"));
  const left = secondsBetween(now, use.runs_out_at);
  if (left > 10 * 366 * 86400) return h("span.soft", t("runs_out_late"));
  const words = `${when(use.runs_out_at, {year: true}).slice(0, 10)} · ${lasting(left)}`;
  return left < 30 * 86400 ? h("span.bad", `! ${words}`) : words;
}
