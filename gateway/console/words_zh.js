// The words of both pages in Chinese; see `words_en.js`.

export default {
  // both pages
  skip: "跳到正文", loading: "正在载入……", docs: "文档", console: "控制台", close: "关闭",
  public_title: "市场", console_title: "运营控制台", views: "视图", sandbox: "沙盒", seq: "序号",
  light: "浅色", dark: "深色", switch_unit: "每卡时价或每度价", switch_language: "语言",
  switch_theme: "浅色或深色", cny_per_hour: "元/卡时", cny_per_du: "元/度",
  sync_in: "已同步", sync_lost: "不同步", sync_opening: "连接中", resyncs: "重新同步 {count} 次",
  state_open: "开放", state_post_only: "只挂单", state_cancel_only: "只撤单", state_halted: "暂停",
  state_stopped: "已停止", state_unreachable: "无法连接", brakes_on: "{count} 处限制生效",
  // login
  operator_key: "运营密钥", log_in: "登录", log_out: "退出",
  key_note: "密钥只保存在本标签页，关闭即清除。首个密钥在数据目录的 operator.key 文件中。",
  // keys
  keys: "快捷键", key_arrows: "在网格、标签和 K 线之间移动", key_filter: "到筛选框",
  key_again: "重新绘制", key_close: "关闭对话框",
  // grid
  markets: "市场", tenor: "期限", region: "地区", chip: "芯片", no_markets: "还没有任何报价。",
  share_leased: "当前已租比例", spread: "价差", no_ask: "无卖单", choose_market: "请在上方选择一个市场。",
  index: "指数", index_note: "元/度，单卡 {from} 度起 · 成交 {volume} 度",
  "hub_": "城市与省区", "hub_beijing-tianjin-hebei": "京津冀", "hub_yangtze-delta": "长三角",
  "hub_greater-bay-area": "粤港澳大湾区", "hub_chengdu-chongqing": "成渝", "hub_guizhou": "贵州",
  "hub_inner-mongolia": "内蒙古", "hub_gansu": "甘肃", "hub_ningxia": "宁夏",
  // market
  ladder: "盘口", price: "价格", chips: "卡数", orders: "单数", sum: "累计", depth: "深度", tape: "成交",
  candles: "K 线", interval: "周期", window: "时段", taker: "主动方", taker_bid: "▲ 买", taker_ask: "▼ 卖",
  time: "时间", trades: "笔", open: "开", close_price: "收", high: "高", low: "低", volume: "卡时",
  no_asks: "无卖单。", no_bids: "无买单。", no_spread: "仅有一方报价。", no_trades: "尚无成交。",
  no_candles: "该期限尚无成交。", empty_book: "盘口为空。",
  no_such_market: "目录中没有这个市场。", du_rate: "每卡时 {rate} 度", no_du_rate: "无度率",
  // views
  view_map: "总览", view_market: "市场",
};
