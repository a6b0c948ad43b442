/** The words of the page on aid, in Chinese. */

export const aid = {
  byForm: '怎样帮',
  byChannel: '从哪里申请',
  hardship: '困难职工',
  hardshipExplained: '在档多少，有没有人结对帮扶',
  breakdown: '分布',
  noCohort: '申请、发放与完成各按发生的时间计：不追踪同一批申请，相除不是批准率。',
} as const;
