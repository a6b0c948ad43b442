/** What simulated people write. Nobody of them exists. */
import type { RequestCategory } from '@onenet/platforms';

export const requestTexts: readonly {
  readonly category: RequestCategory;
  readonly title: string;
}[] = [
  { category: 'WAGES', title: '演示：咨询上月工资发放时间' },
  { category: 'WAGES', title: '演示：加班费计算方式不清楚' },
  { category: 'CONTRACT', title: '演示：劳动合同到期续签问题' },
  { category: 'SAFETY', title: '演示：高温天气作业防护' },
  { category: 'SAFETY', title: '演示：车间通风设施需要检修' },
  { category: 'INSURANCE', title: '演示：异地工作的社保转移' },
  { category: 'MEDICAL', title: '演示：职工互助医疗报销流程' },
  { category: 'HARDSHIP', title: '演示：申请困难职工帮扶' },
  { category: 'EMPLOYMENT', title: '演示：报名技能培训班' },
  { category: 'EMPLOYMENT', title: '演示：返乡就业岗位推荐' },
  { category: 'LEGAL', title: '演示：预约法律援助窗口' },
  { category: 'SERVICE', title: '演示：户外劳动者服务站开放时间' },
  { category: 'SERVICE', title: '演示：工会会员卡办理' },
  { category: 'OTHER', title: '演示：对职工书屋的建议' },
];

export const articleTexts: readonly { readonly title: string; readonly column: string }[] = [
  { title: '演示：职工之家开放日', column: '活动' },
  { title: '演示：劳动竞赛报名开始', column: '通知' },
  { title: '演示：夏送清凉走进工地', column: '要闻' },
  { title: '演示：技能人才的一天', column: '人物' },
  { title: '演示：新就业形态劳动者入会指南', column: '服务' },
];

export const commentTexts: readonly string[] = [
  '演示：很实用',
  '演示：点赞',
  '演示：请问在哪里报名',
  '演示：希望多办这样的活动',
];
