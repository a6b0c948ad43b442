/** What stands at a line over time and beside bars, in Chinese. */

export const annotating = {
  annotations: {
    SPRING_FESTIVAL: '春节',
    WITHDRAWN: '退出',
    SUSPENDED: '暂停',
    RESUMED: '恢复',
    STOPPED: '自行停止',
    STARTED: '自行恢复',
    MAINTENANCE_BEGAN: '维护开始',
    MAINTENANCE_ENDED: '维护结束',
    UNREACHABLE: '无法访问',
    FEED_BROKEN: '数据校验不通过',
    FEED_BEHIND: '数据滞后',
    BACK: '数据恢复',
  },
  annotationsOf: '图中标注',
  annotation: '标注',
  annotationsOmitted: (count: number) => `更早的 ${count} 处未列`,
  annotationsMissing: '平台停用、中断的标注没有取到。',
  breakdownLeadsOn: '点名称往下看，点表头排序',
  shareOfAll: '占比',
} as const;
