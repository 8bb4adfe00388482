// One market: the live ladder with tenor tabs and depth bars, the tape, candles, depth. Needs no login.

import {Book} from "/console/book.js";
import {candleChart, depthChart} from "/console/charts.js";
import {calmly, h, panel, put, state, tabs} from "/console/dom.js";
import {clock, count, duration, money, price, span, spread, unitWord, when} from "/console/figures.js";
import {chipName} from "/console/grid.js";
import {named, prefs, t} from "/console/prefs.js";

const LEVELS = 10;
const TAPE = 60;
const FRAME_MS = 100; // ten pictures a second are as many as anybody reads
const CANDLES_MS = 3000;
const INTERVALS = ["PT15M", "PT1H", "PT6H", "P1D"];

/** Draw a market and keep it live; gives what ends it. `extra(market)` and `tools` are what only
 *  operators have. */
export function market(root, {api, stream, catalog, region, chip, tenor, go, extra = () => null, tools = null}) {
  const place = catalog.regions.find((entry) => entry.region === region);
  const kind = catalog.chips.find((entry) => entry.chip === chip);
  if (!place || !kind) {
    put(root, h("p.note", t("no_such_market")));
    return () => {};
  }
  const view = {book: new Book(), trades: [], candles: [], interval: "PT1H", rate: kind.du_rate, seen: new Set()};
  const ladder = h("div.ladder");
  const tape = h("div.tape.tall", {tabindex: 0, role: "region", "aria-label": t("tape")});
  const chart = h("div.body");
  const depth = h("div.body");
  const brake = h("span");
  const path = `/v1/markets/${region}/${chip}`;

  const drawBook = calmly(FRAME_MS, () => {
    put(ladder, ladderTable(view));
    drawDepth(depth, view);
  });
  const drawTape = calmly(FRAME_MS, () => put(tape, tapeTable(view)));
  const drawChart = () => drawCandles(chart, view);

  put(
    root,
    h(
      "div.head",
      h("h1", `${named(place)} · ${kind.vendor} ${chipName(kind)}`),
      brake,
      h("span.soft.small", kind.du_rate ? t("du_rate", {rate: kind.du_rate}) : t("no_du_rate")),
      tools,
    ),
    h(
      "div.head",
      tabs(
        t("tenor"),
        catalog.tenors.map((name) => [name, duration(name)]),
        tenor,
        (value) => go(region, chip, value),
      ),
      h("span.soft.small", t("tenor_note")),
    ),
    h(
      "div.cols",
      h(
        "div.w5.stack",
        panel(t("ladder"), h("span.soft.small.push", unitWord()), ladder),
        panel(t("tape"), null, tape),
      ),
      h(
        "div.w7.stack",
        panel(
          t("candles"),
          h(
            "span.push",
            tabs(
              t("interval"),
              INTERVALS.map((name) => [name, duration(name)]),
              view.interval,
              (value) => {
                view.interval = value;
                loadCandles();
              },
            ),
          ),
          chart,
        ),
        panel(t("depth"), null, depth),
        extra({region, chip, tenor, rate: view.rate}),
      ),
    ),
  );
  put(ladder, h("p.note", t("loading")));

  async function loadCandles() {
    if (document.hidden) return;
    const found = await api.get(`${path}/candles`, {tenor, interval: view.interval, limit: 72});
    view.candles = found.items;
    drawChart();
  }

  async function loadTrades() {
    const found = await api.get(`${path}/trades`, {limit: TAPE});
    view.trades = found.items;
    drawTape();
  }

  async function loadState() {
    if (document.hidden) return;
    const found = await api.get(path);
    put(brake, state(found.state, t(`state_${found.state}`)));
  }

  const quietly = (act) => () => act().catch(() => {});
  const ends = [
    stream.follow(`book:${region}/${chip}/${tenor}/paced`, (push) => {
      const good = view.book.take(push);
      drawBook();
      return good;
    }),
    stream.follow(
      `trades:${region}/${chip}/paced`,
      (push) => {
        const newest = view.trades[0]?.seq ?? 0; // what was loaded may have the push's first trades already
        const fresh = push.data.items.filter((trade) => trade.seq > newest);
        view.trades = [...fresh.toReversed(), ...view.trades].slice(0, TAPE);
        drawTape();
        return true;
      },
      quietly(loadTrades),
    ),
    stream.follow("status", () => {
      quietly(loadState)();
      return true;
    }),
  ];
  const timer = setInterval(quietly(loadCandles), CANDLES_MS);
  quietly(loadState)();
  quietly(loadCandles)();
  return () => {
    clearInterval(timer);
    for (const end of ends) end();
  };
}

function ladderTable(view) {
  const [asks, bids] = [view.book.levels("asks", LEVELS), view.book.levels("bids", LEVELS)];
  const most = Math.max(1e-9, ...[...asks, ...bids].map((level) => Number(level[1])));
  const seen = new Set();
  const row = (level, sum, side) => {
    const mark = `${side}${level.join(":")}`;
    seen.add(mark);
    const fresh = view.seen.size > 0 && !view.seen.has(mark);
    return h(
      `tr${fresh ? ".new" : ""}`,
      h("td.num.price", price(level[0], view.rate)),
      h("td.num", money(level[1], 0)),
      h("td.num.soft", count(level[2])),
      h("td.num.soft", money(sum, 0)),
      h("td.bar", h("div.fill", {style: {"--w": Math.max(0.5, (Number(level[1]) / most) * 100)}, "aria-hidden": true})),
    );
  };
  const rows = (levels, side) => {
    let sum = 0;
    return levels.map((level) => row(level, String(Math.round((sum += Number(level[1])) * 1000) / 1000), side));
  };
  const drawn = h(
    "table",
    h("caption.aside", t("ladder")),
    h(
      "thead",
      h(
        "tr",
        ["price", "chips", "orders", "sum"].map((word) => h("th.num", {scope: "col"}, t(word))),
        h("th", {scope: "col"}, h("span.aside", t("depth"))),
      ),
    ),
    h("tbody.asks", asks.length ? rows(asks, "a").reverse() : emptyRow(t("no_asks"))),
    h("tbody", h("tr.middle", h("td", {colspan: 5}, middle(asks[0], bids[0], view.rate)))),
    h("tbody.bids", bids.length ? rows(bids, "b") : emptyRow(t("no_bids"))),
  );
  view.seen = seen;
  return drawn;
}

function emptyRow(words) {
  return h("tr", h("td.soft", {colspan: 5}, words));
}

function middle(ask, bid, rate) {
  if (!ask || !bid) return t("no_spread");
  if (Number(bid[0]) >= Number(ask[0])) return t("overlap");
  const share = ((Number(ask[0]) - Number(bid[0])) / Number(ask[0])) * 100;
  return `${t("spread")} ${spread(ask[0], bid[0], rate)} · ${share.toFixed(1)} %`;
}

function tapeTable(view) {
  if (!view.trades.length) return h("p.note", t("no_trades"));
  return h(
    "table",
    h("caption.aside", t("tape")),
    h(
      "thead",
      h(
        "tr",
        h("th", {scope: "col"}, t("time")),
        h("th.num", {scope: "col"}, t("price")),
        h("th.num", {scope: "col"}, t("chips")),
        h("th", {scope: "col"}, t("window")),
        h("th", {scope: "col"}, t("taker")),
      ),
    ),
    h(
      "tbody",
      view.trades.map((trade) =>
        h(
          "tr",
          {"data-trade": trade.trade_id},
          h("td.soft", {title: trade.at}, clock(trade.at)),
          h("td.num", {class: trade.taker === "bid" ? "bid" : "ask"}, price(trade.price, view.rate)),
          h("td.num", money(trade.quantity, 0)),
          h("td.soft.small", span(trade.start, trade.end)),
          h("td.small", t(`taker_${trade.taker}`)),
        ),
      ),
    ),
  );
}

function inUnit(text, rate) {
  return prefs.unit === "cny" ? Number(text) : Number(text) / Number(rate);
}

function drawCandles(box, view) {
  if (box.contains(document.activeElement)) return; // whoever walks along the candles keeps them
  if (!view.candles.length || (prefs.unit === "du" && !view.rate)) {
    put(box, h("p.note", t("no_candles")));
    return;
  }
  const places = prefs.unit === "cny" ? 2 : 3;
  const shown = h("p.small.soft", {"aria-live": "polite"});
  const drawn = view.candles.map((candle) => ({
    start: candle.start,
    trades: candle.trades,
    volume: Number(candle.volume),
    ...Object.fromEntries(["open", "high", "low", "close"].map((name) => [name, inUnit(candle[name], view.rate)])),
  }));
  const say = (candle) => {
    const names = {open: "open", high: "high", low: "low", close: "close_price"};
    const figures = Object.entries(names).map(([name, word]) => `${t(word)} ${candle[name].toFixed(places)}`);
    shown.textContent = [
      `${when(candle.start)}`,
      ...figures,
      `${t("volume")} ${count(Math.round(candle.volume))}`,
      `${t("trades")} ${count(candle.trades)}`,
    ].join(" · ");
  };
  put(box, shown, candleChart(drawn, {width: roomIn(box), places, label: t("candles"), show: say}));
  say(drawn[drawn.length - 1]);
}

function drawDepth(box, view) {
  const all = ["asks", "bids"].map((side) =>
    view.book.levels(side).map(([at, chips]) => [inUnit(at, view.rate), Number(chips)]),
  );
  if (!all.flat().length || (prefs.unit === "du" && !view.rate)) {
    put(box, h("p.note", t("empty_book")));
    return;
  }
  put(box, depthChart(...all, {width: roomIn(box), places: prefs.unit === "cny" ? 2 : 3, label: t("depth")}));
}

/** The width that a chart has in a box, which may not be laid out yet. */
function roomIn(box) {
  return Math.max(box.clientWidth - 24, 160);
}
