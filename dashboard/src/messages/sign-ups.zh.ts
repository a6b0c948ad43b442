/** The words of the page on sign-ups, in Chinese. */

export const signUps = {
  byChannel: '从哪里来',
  byKind: '谁在入会',
  cards: '工会卡',
  cardsExplained: '发了多少，用了没有，带来什么',
  byCard: '哪种卡',
  breakdown: '分布',
  transfersOfMembers: '转会',
  transfersExplained: '会员转往其他平台：最新的在前，只有途径与进度，没有个人信息。',
  transfersNone: '还没有转会。',
  openOnes: '途中',
  allOnes: '全部',
  whichTransfers: '哪些转会',
} as const;
