// The words of both pages in English. `words_zh.js` has the same keys, which a test compares.

export default {
  // both pages
  skip: "Skip to the content", loading: "Loading …", docs: "Documents", console: "Console", close: "Close",
  public_title: "Market", console_title: "Operators' console", views: "Views", sandbox: "sandbox", seq: "seq",
  light: "Light", dark: "Dark", switch_unit: "CNY per hour or per 度", switch_language: "Language",
  switch_theme: "Light or dark", cny_per_hour: "CNY per chip-hour", cny_per_du: "CNY per 度",
  sync_in: "in sync", sync_lost: "out of sync", sync_opening: "connecting", resyncs: "{count} resyncs",
  state_open: "open", state_post_only: "post only", state_cancel_only: "cancel only", state_halted: "halted",
  state_stopped: "stopped", state_unreachable: "unreachable", brakes_on: "{count} brakes on",
  // login
  operator_key: "Operator key", log_in: "Log in", log_out: "Log out",
  key_note: "The key stays in this tab, and is gone when the tab is closed. A first key is in operator.key of the data directory.",
  // keys
  keys: "Keys", key_arrows: "move in the grid, along tabs and candles", key_filter: "to the filter",
  key_again: "draw again", key_close: "close a dialog",
  // grid
  markets: "Markets", tenor: "Tenor", region: "Region", chip: "Chip", no_markets: "Nothing has been offered or asked for yet.",
  share_leased: "share leased now", spread: "spread", no_ask: "no ask", choose_market: "Choose a market above.",
  index: "Index", index_note: "CNY per 度, from {from} 度 · {volume} 度 traded",
  "hub_": "Cities and provinces", "hub_beijing-tianjin-hebei": "Beijing–Tianjin–Hebei", "hub_yangtze-delta": "Yangtze Delta",
  "hub_greater-bay-area": "Greater Bay Area", "hub_chengdu-chongqing": "Chengdu–Chongqing", "hub_guizhou": "Guizhou",
  "hub_inner-mongolia": "Inner Mongolia", "hub_gansu": "Gansu", "hub_ningxia": "Ningxia",
  // market
  ladder: "Ladder", price: "Price", chips: "Chips", orders: "Orders", sum: "Sum", depth: "Depth", tape: "Trades",
  candles: "Candles", interval: "Interval", window: "Window", taker: "Taker", taker_bid: "▲ bid", taker_ask: "▼ ask",
  time: "Time", trades: "trades", open: "open", close_price: "close", high: "high", low: "low", volume: "chip-hours",
  no_asks: "No asks.", no_bids: "No bids.", no_spread: "One side only.", no_trades: "No trades yet.",
  no_candles: "Nothing has traded in this tenor yet.", empty_book: "The book is empty.",
  no_such_market: "The catalogue has no such market.", du_rate: "{rate} 度 per chip-hour", no_du_rate: "no 度 rate",
  // views
  view_map: "Map", view_market: "Market",
};
