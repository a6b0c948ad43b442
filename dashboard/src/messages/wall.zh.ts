/** The words of the wall, in Chinese. */

export const wall = {
  slides: { now: '此刻', requests: '求助 · 本月', people: '会员与参与 · 本月', net: '各平台数据' },
  pages: '大屏各页',
  pause: '停在这一页',
  resume: '继续轮播',
  fullScreen: '全屏',
  leave: '退出大屏',
  pageOf: (page: number, of: number) => `第 ${page} 页，共 ${of} 页`,
  updated: (at: string) => `更新于 ${at}`,
  stale: (at: string, ago: string) => `数据停在 ${at}（${ago}），正在重新连接；恢复后自动补齐。`,
  events: '刚刚发生',
  trend30: '近 30 天',
  byPlace: (metric: string) => `${metric} · 各市州`,
  states: '接入状态',
  ofConnected: (answering: number, connected: number) =>
    `${connected} 个平台已接入，${answering} 个数据正常`,
} as const;
