// The index by grade: what a 度 traded at in the last day in which it did.

import {h, put} from "/console/dom.js";
import {money} from "/console/figures.js";
import {t} from "/console/prefs.js";

const LOOK_MS = 10_000;

/** Draw a card for each grade and keep it up to date; gives what ends it. */
export function index(root, api) {
  async function look() {
    if (document.hidden) return;
    const {items} = await api.get("/v1/index");
    put(
      root,
      h(
        "div.cards",
        items.map((grade) =>
          h(
            "div.card",
            h("div.soft.small", `${t("index")} · ${t(`grade_${grade.grade}`)}`),
            h("div.value", grade.price_per_du === null ? "–" : Number(grade.price_per_du).toFixed(3)),
            h(
              "div.soft.small",
              t("index_note", {from: grade.du_from, volume: money(grade.volume_du.split(".")[0], 0)}),
            ),
          ),
        ),
      ),
    );
  }
  const quietly = () => look().catch(() => {});
  const timer = setInterval(quietly, LOOK_MS);
  quietly();
  return () => clearInterval(timer);
}
