// Charts as SVG of our own: candles with volume, and depth. Figures here are for the eye alone.

import {s} from "/console/dom.js";
import {when} from "/console/figures.js";

const WIDTH = 720; // of a chart that stands nowhere yet

/** Candles, oldest first: `{start, open, high, low, close, volume, trades}`; `show` is told which is looked at. */
export function candleChart(candles, {width = WIDTH, height = 240, places = 2, label, show}) {
  const [right, bottom, room] = [56, 22, 46];
  const plot = {width: width - right, top: 8, height: height - bottom - room - 8};
  const low = Math.min(...candles.map((candle) => candle.low));
  const high = Math.max(...candles.map((candle) => candle.high));
  const spare = (high - low || high * 0.02 || 1) * 0.08;
  const y = scale(low - spare, high + spare, plot.top + plot.height, plot.top);
  const most = Math.max(...candles.map((candle) => candle.volume), 1e-9);
  const step = plot.width / candles.length;
  const wide = Math.max(1.5, Math.min(14, step * 0.66));
  const chart = s("svg.chart", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, tabindex: 0});
  for (const at of ticks(low - spare, high + spare, 5, 10 ** -places)) {
    chart.append(
      s("line.axis", {x1: 0, x2: plot.width, y1: y(at), y2: y(at)}),
      s("text", {x: plot.width + 6, y: y(at) + 4}, at.toFixed(places)),
    );
  }
  candles.forEach((candle, place) => {
    const x = (place + 0.5) * step;
    const up = candle.close >= candle.open;
    const top = y(Math.max(candle.open, candle.close));
    const tall = Math.max(1, y(Math.min(candle.open, candle.close)) - top);
    chart.append(
      s(`line.wick-${up ? "up" : "down"}`, {x1: x, x2: x, y1: y(candle.high), y2: y(candle.low)}),
      s(`rect.${up ? "up" : "down"}`, {x: x - wide / 2, y: top, width: wide, height: tall, rx: 1}),
      s("rect.volume", {
        x: x - wide / 2,
        width: wide,
        y: height - bottom - (candle.volume / most) * (room - 8),
        height: (candle.volume / most) * (room - 8),
      }),
    );
  });
  const every = Math.max(1, Math.ceil((candles.length * 96) / plot.width));
  candles.forEach((candle, place) => {
    const x = Math.min(Math.max((place + 0.5) * step, 36), width - 36);
    if (place % every === 0) chart.append(s("text", {x, y: height - 6, "text-anchor": "middle"}, when(candle.start)));
  });
  look(chart, candles, step, plot, height - bottom, show);
  return chart;
}

/** A line that follows pointer and arrows, and tells which candle it stands on. */
function look(chart, candles, step, plot, foot, show) {
  const cross = s("line.cross", {y1: plot.top, y2: foot, visibility: "hidden"});
  chart.append(cross);
  let at = candles.length - 1;
  const go = (place) => {
    at = Math.max(0, Math.min(candles.length - 1, place));
    const x = (at + 0.5) * step;
    cross.setAttribute("x1", x);
    cross.setAttribute("x2", x);
    cross.setAttribute("visibility", "visible");
    show(candles[at]);
  };
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    go(Math.floor((((event.clientX - box.left) / box.width) * (plot.width + 56)) / step));
  });
  chart.addEventListener("keydown", (event) => {
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!by) return;
    event.preventDefault();
    go(at + by);
  });
  chart.addEventListener("pointerleave", () => {
    cross.setAttribute("visibility", "hidden");
    show(candles[candles.length - 1]);
  });
}

/** Chips that could be had up to each price, bids to the left, asks to the right; levels are `[price, chips]`. */
export function depthChart(asks, bids, {width = WIDTH, height = 160, places = 2, label}) {
  const [right, bottom] = [56, 20];
  const chart = s("svg.chart", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label});
  const prices = [...asks, ...bids].map(([price]) => price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const spare = (high - low || high * 0.02 || 1) * 0.04;
  const x = scale(low - spare, high + spare, 0, width - right);
  const sums = [summed(asks), summed(bids)];
  const most = Math.max(1e-9, ...sums.flat().map(([, chips]) => chips));
  const y = scale(0, most * 1.08, height - bottom, 6);
  for (const at of ticks(0, most, 4)) {
    chart.append(
      s("line.axis", {x1: 0, x2: width - right, y1: y(at), y2: y(at)}),
      s("text", {x: width - right + 6, y: y(at) + 4}, String(Number(at.toPrecision(3)))),
    );
  }
  chart.append(steps("area-ask", sums[0], x, y, width - right), steps("area-bid", sums[1], x, y, 0));
  for (const at of ticks(low, high, width / 100, 10 ** -places)) {
    chart.append(s("text", {x: x(at), y: height - 4, "text-anchor": "middle"}, at.toFixed(places)));
  }
  return chart;
}

function summed(levels) {
  let chips = 0;
  return levels.map(([price, more]) => [price, (chips += more)]);
}

function steps(kind, levels, x, y, edge) {
  if (!levels.length) return s("g");
  let path = `M${x(levels[0][0])},${y(0)}`;
  for (const [price, chips] of levels) path += `H${x(price)}V${y(chips)}`;
  return s(`path.${kind}`, {d: `${path}H${edge}V${y(0)}Z`});
}

function scale(from, to, at, end) {
  return (value) => Math.round((at + ((value - from) / (to - from || 1)) * (end - at)) * 100) / 100;
}

/** About so many round numbers between two, no nearer to each other than `least`. */
export function ticks(from, to, about, least = 0) {
  const raw = Math.max((to - from) / about || 1, least);
  const power = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= raw);
  const found = [];
  for (let at = Math.ceil(from / size) * size; at <= to + size * 1e-9; at += size) found.push(at);
  return found;
}
