/** The words of the page on engagement, in Chinese. */

export const engagement = {
  byColumn: '看什么',
  byChannel: '从哪里看',
  breakdown: '分布',
  articles: '文章',
  articlesExplained: '各平台发布以来的累计，不随时段变化；末一分钟的阅读可能还在路上。',
  whichOrder: '排序',
  orders: {
    READ_COUNT: '读得最多',
    PUBLISHED_AT: '最新',
  },
  untitled: '（标题未提供）',
} as const;
