/** Names, numbers and texts that are plainly made up: persons are 姓 + 演 + a stem, firms are numbered. */
import { identityCheckDigit } from '@onenet/contract';
import type { FamilyRelation, MemberKind, OrganizationKind, RequestCategory } from '../records.ts';
import type { Random } from './random.ts';

const surnames = '王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧';
const stems = '甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥';

/** A person who does not exist, e.g. 王演甲. */
export function personName(random: Random): string {
  return `${pickCharacter(random, surnames)}演${pickCharacter(random, stems)}`;
}

/** A number that no telephone has. */
export function personPhone(random: Random): string {
  return `0000-${String(random.integer(0, 9_999_999)).padStart(7, '0')}`;
}

/** Years before their time in which those are born who are made up: nobody alive has their numbers. */
export const bornEarlierYears = 150;

/** Of somebody of working age, 150 years ago, born where they live; its check digit fits. */
export function identityNumber(random: Random, place: string, asOf: number): string {
  const year = new Date(asOf).getUTCFullYear() - bornEarlierYears - random.integer(19, 59);
  // No 29th, 30th or 31st, which not every month has.
  const birth = year * 10_000 + random.integer(1, 12) * 100 + random.integer(1, 28);
  const digits = `${place.slice(0, 6)}${birth}${random.integer(100, 999)}`;
  return digits + identityCheckDigit(digits);
}

/** How often somebody of a family is entered as what. */
export const familyRelations: Readonly<Record<FamilyRelation, number>> = {
  SPOUSE: 40,
  CHILD: 42,
  PARENT: 16,
  OTHER: 2,
};

const trades = ['机械', '纺织', '电子', '建材', '食品', '物流', '汽配', '化工', '商贸', '农产品'];
const institutions = ['中学', '医院', '文化馆', '图书馆', '供水所', '养护站'];

/** A firm or institution that does not exist, in a place that does. */
export function employerName(place: string, kind: OrganizationKind, n: number): string {
  const number = String(n).padStart(5, '0');
  if (kind === 'INSTITUTION') return `${place}演示${at(institutions, n)}第${number}号`;
  return `${place}演示${at(trades, n)}公司第${number}号`;
}

export const commitments: readonly string[] = [
  '职工来电来访，一个工作日内答复。',
  '每月至少两天到企业听取职工意见。',
  '求助件按期办结，超期向职工说明原因。',
  '困难职工家庭每季度走访一次。',
];

/** What requests of a category are about. */
export const requestTitles: Readonly<Record<RequestCategory, readonly string[]>> = {
  WAGES: ['加班工资没有结清', '工资拖欠两个月', '工资标准与合同不一致'],
  CONTRACT: ['没有签订劳动合同', '合同到期后的补偿', '试用期超过规定'],
  SAFETY: ['车间通风不足', '没有发放防护用品', '高温天气作业安排'],
  INSURANCE: ['养老保险断缴', '工伤保险申报', '失业保险金领取'],
  MEDICAL: ['大病医疗互助申请', '住院费用救助', '职业病体检安排'],
  HARDSHIP: ['困难职工建档', '临时生活救助', '子女助学申请'],
  EMPLOYMENT: ['技能培训报名', '再就业岗位推荐', '创业小额贷款咨询'],
  LEGAL: ['劳动仲裁法律援助', '解除合同争议', '工伤认定代理'],
  SERVICE: ['工会卡办理', '疗休养报名', '法律和心理咨询', '职工书屋借阅', '婚恋交友活动报名'],
  OTHER: ['反映单位食堂问题', '入会程序咨询', '文体场地预约'],
};

/** How often a request falls into a category. */
export const requestCategories: Readonly<Record<RequestCategory, number>> = {
  WAGES: 18,
  CONTRACT: 9,
  SAFETY: 6,
  INSURANCE: 10,
  MEDICAL: 9,
  HARDSHIP: 13,
  EMPLOYMENT: 9,
  LEGAL: 7,
  SERVICE: 15,
  OTHER: 4,
};

export const memberKinds: Readonly<Record<MemberKind, number>> = {
  EMPLOYEE: 62,
  MICRO_ENTERPRISE: 14,
  FLEXIBLE: 13,
  MIGRANT: 11,
};

/** Columns of articles with the subjects that stand in them. */
export const columns: Readonly<Record<string, readonly string[]>> = {
  要闻: ['工会召开全委会', '走访一线职工', '推进平台互联互通'],
  维权: ['欠薪怎么讨', '劳动合同要点', '工伤认定流程'],
  服务: ['服务站开放时间', '疗休养线路', '互助保障办理指南'],
  劳模: ['车间里的工匠', '班组长的一天', '技能竞赛获奖者'],
  活动: ['职工健步走', '读书分享会', '岗位练兵比武'],
};

/** The column of Wuhan's reports on the flood of 2016. */
export const floodColumn = '防汛';
export const floodSubjects: readonly string[] = [
  '职工突击队上堤巡查',
  '工会慰问防汛一线',
  '抢险物资连夜装运',
  '服务站为守堤职工送餐',
];

export const comments: readonly string[] = [
  '支持！',
  '很实用。',
  '希望多办。',
  '已转给同事。',
  '辛苦了！',
];

function at(items: readonly string[], n: number): string {
  return items[n % items.length] ?? '';
}

function pickCharacter(random: Random, characters: string): string {
  return characters.charAt(random.integer(0, characters.length - 1));
}
