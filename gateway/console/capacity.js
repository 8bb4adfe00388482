// The capacity calendar: who holds which chips when. By market, then by site, then the leases themselves.

import {h, panel, put, tabs} from "/console/dom.js";
import {money, percent, span as windowOf, when} from "/console/figures.js";
import {chipName, key} from "/console/grid.js";
import {leaseLink} from "/console/leases.js";
import {stretches} from "/console/lists.js";
import {named, t} from "/console/prefs.js";

const DAYS = [
  ["7", "7 d"],
  ["28", "28 d"],
  ["56", "56 d"],
];
const DAY_MS = 86_400_000;
const WAYS = [
  ["leased", "leased-fill"],
  ["offered", "offered-fill"],
  ["idle", "idle-fill"],
];

/** The share of each market's chips that is leased now, by "region/chip". */
export async function sharesLeased(api) {
  const {items} = await stretches(api, "/v1/operator/capacity", {days: 1});
  return Object.fromEntries(
    items
      .filter((row) => Number(row.chips))
      .map((row) => [`${row.region}/${row.chip}`, Number(row.leased) / Number(row.chips)]),
  );
}

export async function capacity(root, {api, catalog, params, go}) {
  const [region, chip] = params;
  const days = sessionStorage.getItem("leasebook.days") ?? "28";
  const path = region ? `/v1/operator/capacity/${region}/${chip}` : "/v1/operator/capacity";
  const {items: rows} = await stretches(api, path, {days});
  const title = region
    ? `${t("view_capacity")} · ${placeName(catalog, region)} · ${kindName(catalog, chip)}`
    : t("view_capacity");
  const choice = tabs(t("days"), DAYS, days, (value) => {
    sessionStorage.setItem("leasebook.days", value);
    go(region ? `/capacity/${region}/${chip}` : "/capacity");
  });
  const legend = h(
    "span.row.mid",
    WAYS.map(([way, fill]) => key(fill, t(way))),
  );
  const told = h("p.body.small.soft", {"aria-live": "polite"}, t("capacity_note"));
  const name = (row) =>
    region
      ? [h("div", h("a", {href: `#/account/${row.provider}`}, row.provider)), h("div.small.soft", row.site || "–")]
      : [
          h("a", {href: `#/capacity/${row.region}/${row.chip}`}, placeName(catalog, row.region)),
          h("div.small.soft", kindName(catalog, row.chip)),
        ];
  put(
    root,
    h("div.head", h("h1", title), region && h("a", {href: "#/capacity"}, t("all")), h("span.push", choice)),
    h(
      "div.stack",
      panel(
        t("calendar"),
        h("span.push", legend),
        rows.length ? calendar(rows, name, told) : h("p.note", t("no_capacity")),
        told,
      ),
      region && (await holders(api, region, chip, Number(days))),
    ),
  );
}

function placeName(catalog, region) {
  return named(catalog.regions.find((entry) => entry.region === region));
}

function kindName(catalog, chip) {
  return chipName(catalog.chips.find((entry) => entry.chip === chip));
}

function calendar(rows, name, told) {
  const days = rows[0].days;
  return h(
    "div.scroll.calendar",
    {tabindex: 0, role: "region", "aria-label": t("calendar")},
    h(
      "table",
      h("caption.aside", t("calendar")),
      h(
        "thead",
        h(
          "tr",
          h("th", {scope: "col"}, t("market")),
          h("th.num", {scope: "col"}, t("chips")),
          h("th.num", {scope: "col"}, t("leased")),
          days.map((day) =>
            h("th.day", {scope: "col", class: weekend(day.start) ? "weekend" : null}, dayName(day.start)),
          ),
        ),
      ),
      h(
        "tbody",
        rows.map((row) =>
          h(
            "tr",
            h("th", {scope: "row"}, name(row)),
            h("td.num", money(row.chips, 0)),
            h("td.num", percent(Number(row.chips) ? Number(row.leased) / Number(row.chips) : 0)),
            row.days.map((day) => h("td", dayCell(row, day, told))),
          ),
        ),
      ),
    ),
  );
}

function weekend(start) {
  return [0, 6].includes(new Date(start).getUTCDay());
}

function dayName(start) {
  return start.endsWith("-01T00:00:00Z") ? start.slice(5, 10) : start.slice(8, 10);
}

function dayCell(row, day, told) {
  const all = WAYS.reduce((sum, [way]) => sum + Number(day[way]), 0);
  const words = [
    `${row.provider || row.region} ${row.site || row.chip} · ${day.start.slice(0, 10)}`,
    ...WAYS.map(([way]) => {
      const hours = money(String(Math.round(day[way])), 0);
      return `${t(way)} ${percent(all ? Number(day[way]) / all : 0)} (${hours} ${t("volume")})`;
    }),
  ];
  const say = () => {
    told.textContent = words.join(" · ");
  };
  return h(
    "div.day-cell",
    {title: words.join("\n"), role: "img", "aria-label": words.join(", "), pointerenter: say},
    all > 0 && WAYS.slice(0, 2).map(([way, fill]) => h(`i.${fill}`, {style: {"--h": (Number(day[way]) / all) * 100}})),
  );
}

/** Each lease as a bar over the days: who has how many chips from when to when. */
async function holders(api, region, chip, days) {
  const [running, scheduled] = await Promise.all(
    ["running", "scheduled"].map((state) => api.get("/v1/operator/leases", {state, region, chip, limit: 200})),
  );
  const leases = [...running.items, ...scheduled.items].sort((a, b) => (a.start < b.start ? -1 : 1));
  if (!leases.length) return panel(t("holders"), null, h("p.note", t("no_leases")));
  const {now} = await api.get("/v1/time");
  const from = Date.parse(now);
  const last = Math.max(...leases.map((lease) => Date.parse(lease.until)));
  const span = Math.min(days * DAY_MS, Math.max(last - from, DAY_MS / 4));
  const at = (text) => Math.min(100, Math.max(0, ((Date.parse(text) - from) / span) * 100));
  const rows = leases.map((lease) =>
    h(
      "tr",
      h("td", leaseLink(lease.lease_id)),
      h("td", h("a", {href: `#/account/${lease.buyer}`}, lease.buyer)),
      h("td.num", money(lease.quantity, 0)),
      h("td.soft.small", windowOf(lease.start, lease.until)),
      h(
        "td",
        {class: "lane-cell"},
        h(
          "div.lane",
          h("a", {
            href: `#/lease/${lease.lease_id}`,
            class: lease.state,
            "aria-label": `${lease.lease_id} ${t(`lease_${lease.state}`)}`,
            style: {"--from": at(lease.start), "--for": at(lease.until) - at(lease.start)},
          }),
        ),
      ),
    ),
  );
  return panel(
    t("holders"),
    h("span.soft.small.push", t("holders_note")),
    h(
      "div.scroll.gantt.tall",
      {tabindex: 0, role: "region", "aria-label": t("holders")},
      h(
        "table",
        h(
          "thead",
          h(
            "tr",
            h("th", {scope: "col"}, t("lease")),
            h("th", {scope: "col"}, t("buyer")),
            h("th.num", {scope: "col"}, t("chips")),
            h("th", {scope: "col"}, t("window")),
            h("th", {scope: "col"}, `${when(now)} → ${when(new Date(from + span).toISOString())}`),
          ),
        ),
        h("tbody", rows),
      ),
    ),
  );
}
