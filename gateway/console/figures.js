// Figures as they are read: what the wire says in decimals is grouped, and rounded in overviews alone. What is worked
// out here (prices per 度, shares, widths of bars) is for the eye, and goes nowhere else.

import {prefs, t} from "/console/prefs.js";

/** "1234567.5" as "1,234,567.50": all digits, at least `places` of them after the point. */
export function money(text, places = 2) {
  if (text === null || text === undefined) return "–";
  const [whole, part = ""] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const after = part.length >= places ? part : part.padEnd(places, "0");
  return after ? `${grouped}.${after}` : grouped;
}

/** Money to the fen, for overviews; the full figure stands in the title. */
export function shortMoney(text) {
  if (text === null || text === undefined) return "–";
  return new Intl.NumberFormat("en", {minimumFractionDigits: 2, maximumFractionDigits: 2}).format(Number(text));
}

export function count(number) {
  return new Intl.NumberFormat("en").format(number);
}

export function percent(share, places = 0) {
  return share === null || share === undefined ? "–" : `${(Number(share) * 100).toFixed(places)} %`;
}

/** A price per chip-hour in the unit chosen: CNY, or CNY per 度 where the chip has a rate. */
export function price(text, rate) {
  if (text === null || text === undefined) return "–";
  if (prefs.unit === "cny") return money(text);
  return rate === null || rate === undefined ? "–" : (Number(text) / Number(rate)).toFixed(4);
}

/** How far a best ask is above a best bid, in the unit chosen. */
export function spread(ask, bid, rate) {
  return price(fromMicros(micros(ask) - micros(bid)), rate);
}

export function unitWord() {
  return prefs.unit === "cny" ? t("cny_per_hour") : t("cny_per_du");
}

/** "P1DT6H" as "1 d 6 h". */
export function duration(text) {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!found) return text;
  const words = ["w", "d", "h", "min", "s"];
  return (
    found
      .slice(1)
      .flatMap((part, place) => (part ? [`${part} ${words[place]}`] : []))
      .join(" ") || "0"
  );
}

/** "2026-12-01T06:00:00Z" as "12-01 06:00"; the whole of it where the year matters. */
export function when(text, {seconds = false, year = false} = {}) {
  if (!text) return "–";
  const day = year ? text.slice(0, 10) : text.slice(5, 10);
  return `${day} ${text.slice(11, seconds ? 19 : 16)}`;
}

/** A window from one instant to another, the second day only where it is another. */
export function span(start, end) {
  return `${when(start)} – ${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11, 16) : when(end)}`;
}

export function clock(text) {
  return text ? text.slice(11, 19) : "–";
}

/** Seconds between two instants. */
export function secondsBetween(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** So many seconds in words, the two largest units. */
export function lasting(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [word, size] of [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ]) {
    if (left >= size && parts.length < 2) {
      parts.push(`${Math.floor(left / size)} ${word}`);
      left %= size;
    }
  }
  return parts.join(" ") || "0 s";
}

/** Decimals of up to 6 places as whole millionths, exactly. */
export function micros(text) {
  const negative = text.startsWith("-");
  const [whole, part = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole) * 1000000n + BigInt(part.padEnd(6, "0").slice(0, 6));
  return negative ? -value : value;
}

/** Millionths as a decimal again. */
export function fromMicros(value) {
  const negative = value < 0n;
  const digits = String(negative ? -value : value).padStart(7, "0");
  const part = digits.slice(-6).replace(/0+$/, "");
  return `${negative ? "-" : ""}${digits.slice(0, -6)}${part ? `.${part}` : ""}`;
}
