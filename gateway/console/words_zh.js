// The words of both pages in Chinese; see `words_en.js`.

export default {
  // both pages
  skip: "跳到正文", loading: "正在载入……", docs: "文档", console: "控制台", close: "关闭",
  public_title: "市场", console_title: "运营控制台", views: "视图", sandbox: "沙盒", seq: "序号",
  light: "浅色", dark: "深色", switch_unit: "每卡时价或每度价", switch_language: "语言",
  switch_theme: "浅色或深色", cny_per_hour: "元/卡时", cny_per_du: "元/度",
  sync_in: "已同步", sync_lost: "不同步", sync_opening: "连接中", resyncs: "重新同步 {count} 次",
  state_open: "开放", state_post_only: "只挂单", state_cancel_only: "只撤单", state_halted: "暂停",
  state_stopped: "已停止", state_unreachable: "无法连接", brakes_on: "限制：{count} 处",
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
  tenor_note: "租期；盘口、K 线与深度均按此", grade_high: "高档", grade_middle: "中档", grade_light: "低档",
  no_asks: "无卖单。", no_bids: "无买单。", no_spread: "仅有一方报价。", no_trades: "尚无成交。",
  no_candles: "该期限尚无成交。", empty_book: "盘口为空。",
  no_such_market: "目录中没有这个市场。", du_rate: "每卡时 {rate} 度", no_du_rate: "无度率",
  // views
  view_map: "总览", view_market: "市场",
  // views
  view_capacity: "容量", view_leases: "租约", view_lease: "租约", view_accounts: "账户", view_account: "账户",
  view_programmes: "算力券", view_alerts: "监管提示", view_contests: "异议", view_sessions: "会话", view_books: "账目核对",
  view_brakes: "限制", view_audit: "审计日志",
  // lists
  more: "更多", all: "全部", every: "全部", account: "账户", account_id: "账户名", market: "市场", state: "状态", reason: "原因",
  buyer: "买方", provider: "供方", deliverer: "交付方", lease: "租约", leases: "租约", cost: "总价", subsidy: "补贴", amount: "金额",
  from: "从", to: "到", what: "内容", since: "自", operator: "运营员", nobody: "无", action: "操作", change: "变动",
  changes: "变更", key: "密钥", kind: "类型",
  // leases
  no_leases: "没有这样的租约。", lease_scheduled: "待开始", lease_running: "运行中", lease_ended: "已结束", lease_defaulted: "违约",
  lease_released: "已退还", lease_cancelled: "已取消", cancel_lease: "取消租约", contract: "合同", money: "资金", statement: "对账单",
  closing: "托管余额 {amount}", periods: "结算期", period: "结算期", events: "经过", site: "机房", until: "截至",
  take_or_pay: "照付比例", resold_from: "转租自", resold_parts: "转租部分", delivered_used: "交付/使用", delivered_until: "计量至",
  earned: "已结", refunded: "已退", escrow: "托管", frozen: "冻结", penalties: "违约金", penalty: "违约金",
  buyer_fee_taken: "已收买方费", provider_fee: "供方费", programme: "计划", redeemed: "已兑付", returned: "已退回", bound_by: "受限于",
  bound_: "–", bound_rate: "补贴率", bound_contract: "单笔上限", bound_year: "年度上限", bound_total: "累计上限", bound_pool: "资金池",
  delivered: "交付", used: "使用", paid: "支付", period_settled: "已结算", period_contested: "有异议", period_ruled: "已裁定",
  event_traded: "成交：{chips} 卡，{price} 元/卡时", event_access: "已交付访问",
  event_settled: "{start} 的结算期已结，交付 {delivered} 卡时", event_contested: "{start} 的结算期有异议",
  event_ruled: "{start} 的结算期已裁定，交付 {delivered} 卡时",
  // accounts
  no_accounts: "没有账户。", roles: "角色", role_buyer: "买方", role_provider: "供方", role_operator: "运营", owner_group: "所有者组",
  place: "所在地", tags: "标签", purse_available: "可用", purse_held: "冻结于订单", purse_escrow: "托管", purse_bond: "保证金",
  contestable: "可被异议", particulars: "资料", keys_of: "密钥", scopes: "权限", revoked: "已吊销", transfers: "转账",
  transfers_of: "转账：{purse}", then_held: "变动后", about: "关联", no_transfers: "没有转账。", blocked: "已封禁",
  // capacity
  days: "天数", calendar: "日历", leased: "已租", offered: "在售", idle: "闲置",
  capacity_note: "按天（UTC）的卡时，今天从现在算起。闲置：机房有、但当天既未出租也未在售。", no_capacity: "这些天没有算力。", holders: "谁持有什么",
  holders_note: "未结束的租约，每条一份",
  // vouchers
  pool_pool: "资金池余额", pool_committed: "已承诺", pool_redeemed: "已兑付", granted_lately: "近期发放", runs_out: "资金池耗尽",
  runs_out_never: "按近期速度不会耗尽", runs_out_late: "十年以后", claimants: "受益方", leases_count: "{count} 份租约",
  domestic: "国产芯片", valid: "有效期", no_programmes: "没有计划。", paused: "已暂停", pause: "暂停", resume: "恢复",
  not_in_use: "未使用", no_ceiling: "无上限",
  // what to watch
  flag_related_party: "关联方", flag_circular: "循环租赁", flag_double_subsidy: "重复补贴", flag_underused: "使用不足",
  flag_split_contract: "拆分合同", groups: "所有者组", no_alerts: "没有提示。", no_contests: "没有异议。", ruling: "裁定", rule: "裁定",
  session: "会话", address: "地址", heard: "最近消息", ago: "{time} 前", in_flight: "处理中", queue: "待发送", channels: "频道",
  dead_man: "失联保护", armed: "已启用，{time}", on_disconnect: "断线撤单", no_sessions: "没有打开的会话。",
  session_limits: "每账户至多 {sockets} 个连接，每连接 {channels} 个频道、{flight} 个处理中请求", books_note: "此刻对全部账目重新核对的每一条不变式。",
  violations: "违反", adds_up: "全部相符", broken: "不相符", checked: "核对范围", accounts: "账户", open_bids: "未结买单",
  open_asks: "未结卖单", open_leases: "未结租约", digest: "摘要",
  // brakes
  brake: "暂停或恢复", brake_market: "暂停或恢复", brake_scope: "暂停或恢复……", every_region: "所有地区", every_chip: "所有芯片",
  band: "价格区间", band_label: "参考价的比例；留空为全场规则", block: "封禁账户", unblock: "解除封禁", cancel_orders: "撤销订单", revoke: "吊销密钥",
  ruled_delivered: "实际交付卡时", ruled_used: "实际使用卡时", who_is_hit: "查看影响范围", carry_out: "执行", back: "返回",
  proposed_until: "{id} 等待另一位运营员确认，至 {time}", done_at: "已执行，序号 {seq}", hit_markets: "市场", hit_accounts: "账户",
  hit_orders: "未结订单", hit_leases: "未结租约", chips_unit: "卡", proposals: "等待另一位运营员确认", no_proposals: "没有待确认事项。",
  held_now: "当前限制", nothing_held: "没有任何限制。", reopen: "恢复", closed_proposals: "已结提案", proposal: "提案",
  proposed_by: "{who} 提出，至 {time}", reject: "否决", confirm: "确认", closed_by: "处理人", proposal_closed: "{id}：{state}",
  proposal_open: "待确认", proposal_confirmed: "已确认", proposal_rejected: "已否决", proposal_expired: "已过期",
  // audit log
  audit_note: "每条记录都在日志账中，每行含有上一行的哈希。", no_audit: "没有记录。", subject: "对象", effects: "影响", chain: "哈希链",
  proposed: "已提出", alone: "单人执行", effect_orders: "订单", effect_leases: "租约", effect_transfers: "转账",
  effect_trades: "成交", act_open_account: "开户", act_register_key: "登记密钥", act_revoke_key: "吊销密钥", act_deposit: "入金",
  act_withdraw: "出金", act_define_programme: "定义计划", act_relate_groups: "声明关联", act_set_market_state: "设置市场状态",
  act_cancel_lease: "取消租约", act_rule_contest: "裁定异议", act_block_account: "封禁账户", act_unblock_account: "解除封禁",
  act_cancel_orders: "撤销订单", act_set_band: "设置价格区间", act_pause_programme: "暂停计划", act_resume_programme: "恢复计划",
  act_confirm_proposal: "确认提案", act_reject_proposal: "否决提案",
  // as it was
  past: "历史盘口", past_slider: "日志位置", past_show: "查看", past_working: "另一进程正在重放日志……", past_of: "期限", side: "方向",
  side_ask: "▼ 卖", side_bid: "▲ 买",
};
