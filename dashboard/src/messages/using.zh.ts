/** The words of the page on usage, in Chinese. */

export const using = {
  grants: '授权',
  grantsExplained: '申请由被申请平台的团队决定。',
  waiting: '待决定',
  late: '其中逾期',
  live: '有效',
  toGrants: '去看申请与授权',
  reads: '谁读了谁的数据',
  readsExplained: '各客户端从各平台读取的记录数，颜色越深越多；“—”为没有读过。',
  readsOf: (requests: string) => `${requests} 次请求`,
  total: '合计',
  days: (from: string, to: string) =>
    from === to ? `记录自 ${from} 一天` : `记录自 ${from} 至 ${to}`,
  who: '请求分布',
  availability: '平台的可用与及时',
  operations: '问得最多的查询',
  operationsExplained: '按查询文档与客户端；失败只算非客户端过错的。',
  requests: '请求',
  failed: '失败',
  mean: '平均毫秒',
  owners: '问到的平台',
  lastSeen: '最近一次',
  coordinates: (count: number) => `问得最多的 ${count} 个字段`,
  notKept: '这个网没有保留使用记录。',
  recordBroken: '网关的记录目前读不到',
  since: (time: string) => `记录始于 ${time}`,
} as const;
