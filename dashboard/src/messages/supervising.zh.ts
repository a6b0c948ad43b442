/** The words of supervision (督办) and of whatever is done here, in Chinese. */

export const supervising = {
  ask: '督办',
  askAbout: '就这件求助向平台发起督办',
  askAboutFigure: '就这个数字向平台发起督办',
  askOf: (platform: string) => `督办：${platform}`,
  ofOutlier: (platform: string, what: string) => `督办：${platform}，${what}`,
  send: '发出督办',
  about: '事由',
  office: '发起部门',
  officeSuch: '如：省总工会办公室',
  question: '要求说明或办理的事项',
  noNames: '不写职工姓名、电话等个人信息：督办只说部门，不说人。',
  answerBy: '答复期限',
  answerByHint: '不选即五个工作日。',
  noneYet: '还没有督办。',
  which: '哪些督办',
  choices: { ALL: '全部', WAITING: '待答复', ANSWERED: '已答复，待审阅', OVERDUE: '超期未答' },
  steps: { answer: '答复', return: '退回重答', close: '办结' },
  stepTitles: { answer: '答复督办', return: '退回重答', close: '办结督办' },
  answer: '答复内容',
  result: '办理情况',
  stillAsked: '还要说明的事项',
  closeExplained: '办结后不再要求答复。答复留在记录里。',
  dropExplained: '尚未答复：办结即撤销，平台不必再答。',
  sent: (platform: string) => `已向${platform}发出督办。`,
  refusals: {
    NOT_ALLOWED: '没有作此操作的权限：督办由领导发起、退回、办结，由被问平台的团队答复。',
    ACTOR_NOT_ALLOWED: '请先登录：督办要有发起人。',
    WRONG_STATE: '状态已经变了，也许已答复或已办结。请关闭后查看最新状态。',
    NOT_FOUND: '平台上已没有这件求助或这条督办。',
    NOT_OFFERED: '该平台未开放督办模块。',
    BAD_INPUT: '平台不接受所填内容：期限须在此刻之后，事项不能为空。',
    OUTCOME_UNKNOWN: '平台没有及时应答，是否收到不明。请再发一次：同样的内容不会重复。',
    OWNER_FAILED: '平台没有应答。请稍后再发一次：同样的内容不会重复。',
  },
} as const;

export const acting = {
  cancel: '取消',
  working: '正在提交',
} as const;
