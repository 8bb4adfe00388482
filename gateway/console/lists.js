// A list of the server's in stretches: the newest first, and more of it when asked for.

import {h, put, table, tableRow} from "/console/dom.js";
import {t} from "/console/prefs.js";
import {problem} from "/console/shell.js";

const STRETCH = 50;

/** Draw a list and give a way to draw it anew with another query. `keep(row)` says what of it is shown. */
export function listing(root, {api, path, columns, caption, empty, limit = STRETCH, keep = () => true}) {
  let turn = 0;

  async function load(query = {}) {
    turn += 1;
    const mine = turn;
    try {
      const found = await api.get(path, {...query, limit});
      if (mine === turn) begin(found, query);
    } catch (error) {
      if (mine === turn) put(root, problem(error));
    }
  }

  function begin(found, query) {
    const rows = found.items.filter(keep);
    if (!rows.length && !found.cursor) {
      put(root, h("p.note", empty));
      return;
    }
    const drawn = table(columns(), rows, caption);
    const foot = h("div.more");
    put(root, drawn, foot);
    goOn(foot, drawn.querySelector("tbody"), found.cursor, query);
  }

  function goOn(foot, body, cursor, query) {
    put(foot);
    foot.hidden = !cursor;
    if (!cursor) return;
    foot.append(h("button", {type: "button", click: async (event) => {
      event.target.disabled = true;
      try {
        const found = await api.get(path, {...query, limit, cursor});
        for (const row of found.items.filter(keep)) body.append(tableRow(columns(), row));
        goOn(foot, body, found.cursor, query);
      } catch (error) {
        put(foot, problem(error));
      }
    }}, t("more")));
  }

  return load;
}
