/** The words of the pages on platforms and places, in Chinese. */

export const standing = {
  openOwn: '打开本平台的页面',
  byPlace: '按地区逐级看',
  list: '各级平台',
  listExplained: '上级在前，下级缩进；点名称打开它的页面，点表头排序。',
  listOfTeam: '其他平台只列出其公布的内容。',
  contract: '合约版本',
  newestContract: '最新',
  behindBy: (n: number) => `落后 ${n} 版`,
  lacks: (n: number) => `所开放模块中缺 ${n} 项`,
  noContract: '尚未登记',
  publishedCount: '公布数字',
  publishedItems: (n: number) => `${n} 项`,
  asPublished: (own: string) => `您是${own}的团队：这里只显示该平台公布的内容。`,
  levels: (name: string) => `${name}：逐级往下`,
  whoHere: '谁为此地服务，各做了多少',
  peers: '同类平台',
  fewPeople: '县以下人数很少，数字可能指向具体的人：供工会内部使用，请勿外传。',
} as const;
