// The book as it was: a number or a slider along the journal, worked out anew by the server's second process.

import {h, panel, put, table} from "/console/dom.js";
import {count, duration, money, price, when} from "/console/figures.js";
import {t} from "/console/prefs.js";
import {problem} from "/console/shell.js";

export function past({api}, {region, chip, tenor, rate}) {
  const number = h("input", {type: "number", id: "past-seq", min: 1, required: true, "aria-label": t("seq")});
  const slider = h("input", {type: "range", min: 1, "aria-label": t("past_slider")});
  const out = h("div");
  const press = h("button", {type: "submit", id: "past-go"}, t("past_show"));
  slider.addEventListener("input", () => {
    number.value = slider.value;
  });
  number.addEventListener("input", () => {
    slider.value = number.value;
  });
  api
    .get("/v1/status")
    .then(({seq}) => {
      for (const input of [slider, number]) {
        input.max = seq;
        input.value = seq;
      }
    })
    .catch(() => {});
  const form = h(
    "form.stack",
    {
      submit: async (event) => {
        event.preventDefault();
        press.disabled = true;
        put(out, h("p.note", t("past_working")));
        try {
          const found = await api.get("/v1/operator/past/book", {seq: number.value, region, chip, tenor});
          put(out, drawn(found, rate));
        } catch (error) {
          put(out, problem(error));
        }
        press.disabled = false;
      },
    },
    slider,
    h(
      "div.row.mid",
      h("span", {class: "past-number"}, number),
      press,
      h("span.soft.small", `${t("past_of")} ${duration(tenor)}`),
    ),
  );
  return panel(t("past"), null, h("div.body.stack", form, out));
}

function drawn(found, rate) {
  const rows = [
    ...found.book.asks.map((level) => ["ask", level]).reverse(),
    ...found.book.bids.map((level) => ["bid", level]),
  ];
  const columns = [
    {head: t("side"), cell: ([side]) => h(`span.${side}`, t(`side_${side}`))},
    {head: t("price"), num: true, cell: ([side, level]) => h(`b.${side}`, price(level[0], rate))},
    {head: t("chips"), num: true, cell: ([, level]) => money(level[1], 0)},
    {head: t("orders"), num: true, cell: ([, level]) => count(level[2])},
  ];
  return h(
    "div.stack",
    {id: "past-book", "data-seq": found.seq},
    h(
      "p",
      h("b", `${t("seq")} ${count(found.seq)}`),
      ` · ${when(found.now, {seconds: true, year: true})} UTC · `,
      t(`state_${found.state}`),
      h("div.small.soft.mono", `${t("digest")} ${found.digest.slice(0, 32)}…`),
    ),
    rows.length ? table(columns, rows, t("past")) : h("p.note", t("empty_book")),
  );
}
