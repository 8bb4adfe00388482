// The keys, told in a dialog.

import {facts, h} from "/console/dom.js";
import {t} from "/console/prefs.js";

export function help(views) {
  const keys = [
    ...views.filter((view) => view.key).map((view) => [view.key, t(`view_${view.names[0] || "map"}`)]),
    ["← ↑ → ↓", t("key_arrows")],
    ["/", t("key_filter")],
    ["r", t("key_again")],
    ["d", t("switch_unit")],
    ["l", t("switch_language")],
    ["t", t("switch_theme")],
    ["Esc", t("key_close")],
  ];
  const box = h(
    "dialog",
    {"aria-label": t("keys")},
    h(
      "form.stack",
      {method: "dialog"},
      h("h2", t("keys")),
      facts(keys.map(([key, words]) => [h("kbd", key), words])),
      h("div.row", h("button.main.push", t("close"))),
    ),
  );
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}
