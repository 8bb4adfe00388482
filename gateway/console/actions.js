// What operators do: every brake by one dialog. It takes a reason, shows who is hit, and only then can be carried out;
// what a second operator has to confirm becomes a proposal.

import {add, h, put} from "/console/dom.js";
import {count, money, when} from "/console/figures.js";
import {named, t} from "/console/prefs.js";
import {problem, toast} from "/console/shell.js";

const STATES = ["halted", "cancel_only", "post_only", "open"];
const REASON_MAX = 200;

/** Ask for what a brake needs. `fields` are `{name, label, options?, value?, hint?}`; `path` may be made of them. */
export function act(ctx, {title, path, fields = [], fixed = {}, sent = (values) => values}) {
  const inputs = fields.map((field) => [
    field,
    field.options
      ? h(
          "select",
          {name: field.name},
          field.options.map(([value, words]) => h("option", {value, selected: value === field.value}, words)),
        )
      : h("input", {
          name: field.name,
          value: field.value ?? "",
          placeholder: field.hint ?? "",
          required: field.required,
        }),
  ]);
  const reason = h("textarea", {name: "reason", rows: 2, maxlength: REASON_MAX, required: true});
  const hit = h("div", {id: "hits", "aria-live": "polite"});
  const look = h("button.main", {type: "submit", id: "preview"}, t("who_is_hit"));
  const go = h(
    "button.grave",
    {type: "button", id: "carry-out", disabled: true, click: () => carryOut(false)},
    t("carry_out"),
  );
  const form = h(
    "form",
    {
      submit: (event) => {
        event.preventDefault();
        carryOut(true);
      },
    },
    h("h2", title),
    inputs.map(([field, input]) => h("label", field.label, input)),
    h("label", t("reason"), reason),
    hit,
    h("div.row", h("button", {type: "button", click: () => box.close()}, t("back")), h("span.row.push", look, go)),
  );
  const box = h("dialog", {"aria-label": title}, form);
  form.addEventListener("input", () => {
    go.disabled = true;
    put(hit);
  });
  box.addEventListener("close", () => box.remove());

  function asked() {
    const values = Object.fromEntries(inputs.map(([field, input]) => [field.name, input.value.trim()]));
    const body = {...fixed, ...sent(values), reason: reason.value.trim()};
    return [typeof path === "function" ? path(values) : path, body];
  }

  async function carryOut(preview) {
    const [where, body] = asked();
    go.disabled = true;
    try {
      const answer = await ctx.api.post(where, preview ? {...body, preview: true} : body);
      if (preview) {
        put(hit, hits(answer.hits));
        go.disabled = false;
        go.focus();
        return;
      }
      box.close();
      toast(
        answer.outcome === "proposed"
          ? t("proposed_until", {id: answer.proposal_id, time: when(answer.expires_at)})
          : t("done_at", {seq: count(answer.seq)}),
      );
      ctx.again();
    } catch (error) {
      put(hit, problem(error));
    }
  }

  document.body.append(box);
  box.showModal();
  (inputs[0]?.[1] ?? reason).focus();
}

/** Who is hit, in numbers and the first few by name. */
export function hits(found) {
  const rows = ["markets", "accounts", "orders", "leases"].map((name) => {
    const {count: number, first, chips} = found[name];
    const names = first.join(", ") + (number > first.length ? " …" : "");
    const many = Number(chips ?? 0) ? ` · ${money(chips, 0)} ${t("chips_unit")}` : "";
    return [h("dt", t(`hit_${name}`)), h("dd", h("b", count(number)), many, h("div.small.soft", names))];
  });
  return h("div.panel", h("div.body", add(h("dl.facts-list"), rows)));
}

function states(chosen) {
  return {name: "state", label: t("state"), value: chosen, options: STATES.map((name) => [name, t(`state_${name}`)])};
}

export function setMarket(ctx, region, chip, chosen) {
  act(ctx, {
    title: `${t("brake_market")} · ${region} / ${chip}`,
    fields: [states(chosen)],
    path: `/v1/operator/markets/${region}/${chip}/state`,
  });
}

/** Regions and chip types to choose from, by their names. */
export function marketFields({catalog}) {
  const regions = catalog.regions.map((entry) => [entry.region, named(entry)]);
  const chips = catalog.chips.map((entry) => [entry.chip, `${entry.vendor} ${entry.model}`]);
  return [
    {name: "region", label: t("region"), options: regions},
    {name: "chip", label: t("chip"), options: chips},
  ];
}

/** A region, a chip type, a market or the whole venue. */
export function setScope(ctx, {region = "", chip = "", chosen = "halted"} = {}) {
  const [regions, chips] = marketFields(ctx);
  const every = (field, words, value) => ({...field, value, options: [["", words], ...field.options]});
  act(ctx, {
    title: t("brake_scope"),
    path: "/v1/operator/halt",
    fields: [states(chosen), every(regions, t("every_region"), region), every(chips, t("every_chip"), chip)],
    sent: (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value)),
  });
}

export function setBand(ctx, region, chip, chosen = "") {
  act(ctx, {
    title: `${t("band")} · ${region} / ${chip}`,
    path: `/v1/operator/markets/${region}/${chip}/band`,
    fields: [{name: "band", label: t("band_label"), value: chosen, hint: "0.2"}],
    sent: ({band}) => ({band: band || null}),
  });
}

function accountField(account) {
  return {name: "account", label: t("account"), value: account, required: true};
}

function onAccount(title, verb) {
  return (ctx, account = "") =>
    act(ctx, {
      title: t(title),
      fields: [accountField(account)],
      path: ({account: name}) => `/v1/operator/accounts/${encodeURIComponent(name)}/${verb}`,
      sent: () => ({}),
    });
}

export const blockAccount = onAccount("block", "block");
export const unblockAccount = onAccount("unblock", "unblock");
export const cancelOrders = onAccount("cancel_orders", "cancel-orders");

export function revokeKey(ctx, key = "") {
  act(ctx, {
    title: t("revoke"),
    fields: [{name: "key", label: t("key"), value: key, required: true}],
    path: ({key: id}) => `/v1/operator/keys/${encodeURIComponent(id)}/revoke`,
    sent: () => ({}),
  });
}

export function pauseProgramme(ctx, programme) {
  act(ctx, {
    title: `${t("pause")} · ${programme}`,
    path: `/v1/operator/programmes/${encodeURIComponent(programme)}/pause`,
  });
}

export function resumeProgramme(ctx, programme) {
  act(ctx, {
    title: `${t("resume")} · ${programme}`,
    path: `/v1/operator/programmes/${encodeURIComponent(programme)}/resume`,
  });
}

export function cancelLease(ctx, lease) {
  act(ctx, {title: `${t("cancel_lease")} · ${lease}`, path: `/v1/operator/leases/${lease}/cancel`});
}

export function ruleContest(ctx, contest) {
  act(ctx, {
    title: `${t("rule")} · ${contest.contest_id}`,
    path: `/v1/operator/contests/${contest.contest_id}/ruling`,
    fields: [
      {name: "delivered", label: t("ruled_delivered"), value: contest.period?.delivered ?? "", required: true},
      {name: "used", label: t("ruled_used"), value: contest.period?.used ?? "", required: true},
    ],
  });
}
