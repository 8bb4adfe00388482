// What whoever looks has chosen: language, theme, CNY or 度. Kept in this browser; the key is kept elsewhere.

import codesEn from "/console/codes_en.js";
import codesZh from "/console/codes_zh.js";
import en from "/console/words_en.js";
import zh from "/console/words_zh.js";

const WORDS = {en: {...en, ...codesEn}, zh: {...zh, ...codesZh}};
const listeners = new Set();

function kept(name, otherwise) {
  return localStorage.getItem(`leasebook.${name}`) ?? otherwise;
}

export const prefs = {
  language: kept("language", navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
  unit: kept("unit", "cny"),
};

/** Choose, keep it, and tell the pages to draw themselves again. */
export function choose(name, value) {
  prefs[name] = value;
  localStorage.setItem(`leasebook.${name}`, value);
  for (const listener of listeners) listener();
}

export function onChoice(listener) {
  listeners.add(listener);
}

/** A word or sentence in the language chosen; `{name}` in it is filled in. */
export function t(key, values = {}) {
  const words = WORDS[prefs.language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The word for one of a closed list; what is none of it as it stands: nothing, or what a newer server says. */
export function word(family, code) {
  return WORDS[prefs.language][`${family}_${code}`] ?? code;
}

/** The name of a region or programme in the language chosen. */
export function named(thing) {
  return prefs.language === "zh" ? thing.name_zh : thing.name_en;
}

export function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function switchTheme() {
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("leasebook.theme", theme);
  for (const listener of listeners) listener();
}

export function switchLanguage() {
  choose("language", prefs.language === "zh" ? "en" : "zh");
}

export function switchUnit() {
  choose("unit", prefs.unit === "cny" ? "du" : "cny");
}
