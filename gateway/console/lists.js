// A list of the server's in stretches: the newest first, and more of it when asked for.

import {h, put, table, tableRow} from "/console/dom.js";
import {t} from "/console/prefs.js";
import {problem} from "/console/shell.js";

const STRETCH = 50;
const ENOUGH = 20;
const MOST = 8;

export const STRETCH_MAX = 500; // of what the server gives at a time

/** Up to `most` rows of a list, or all of it, with the cursor that goes on after them, null at the end. */
export async function stretches(api, path, query, most = Infinity) {
  const items = [];
  let cursor = null;
  do {
    const found = await api.get(path, {...query, limit: STRETCH_MAX, cursor});
    items.push(...found.items);
    cursor = found.cursor;
  } while (cursor && items.length < most);
  return {items, cursor};
}

/** Draw a list and give a way to draw it anew with another query. `keep(row)` says what of it is shown. */
export function listing(root, {api, path, columns, caption, empty, limit = STRETCH, keep = () => true}) {
  let turn = 0;

  async function load(query = {}) {
    turn += 1;
    const mine = turn;
    try {
      const found = await stretch(query);
      if (mine === turn) begin(found, query);
    } catch (error) {
      if (mine === turn) put(root, problem(error));
    }
  }

  /** A stretch with at least some rows to be shown, unless the list ends, or many stretches have none. */
  async function stretch(query, cursor = null) {
    const items = [];
    for (let asked = 0; asked < MOST; asked += 1) {
      const found = await api.get(path, {...query, limit, cursor});
      items.push(...found.items.filter(keep));
      cursor = found.cursor;
      if (!cursor || items.length >= ENOUGH) break;
    }
    return {items, cursor};
  }

  function begin({items: rows, cursor}, query) {
    if (!rows.length && !cursor) {
      put(root, h("p.note", empty));
      return;
    }
    const drawn = table(columns(), rows, caption);
    const foot = h("div.more");
    put(root, drawn, foot);
    goOn(foot, drawn.querySelector("tbody"), cursor, query);
  }

  function goOn(foot, body, cursor, query) {
    put(foot);
    foot.hidden = !cursor;
    if (!cursor) return;
    foot.append(
      h(
        "button",
        {
          type: "button",
          click: async (event) => {
            event.target.disabled = true;
            try {
              const found = await stretch(query, cursor);
              for (const row of found.items) body.append(tableRow(columns(), row));
              goOn(foot, body, found.cursor, query);
            } catch (error) {
              put(foot, problem(error));
            }
          },
        },
        t("more"),
      ),
    );
  }

  return load;
}
