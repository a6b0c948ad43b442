/** Metrics of organizations and stations. */
import { balance } from './metric.ts';
import type { Metric } from './metric.ts';

export const organizations: readonly Metric[] = [
  {
    name: 'organizations',
    ...balance('STOCK', ['onenet.organization.founded'], ['onenet.organization.dissolved']),
    direction: 'UP_IS_GOOD',
    unit: '家',
    unitEn: 'organizations',
    label: '组织',
    labelEn: 'Organizations',
    explanation: '期末组织数（工会、企业、事业单位、园区）：期初 + 成立 − 撤销。',
    explanationEn:
      'Organizations (unions, enterprises, institutions, zones) at the end: opening balance + founded − dissolved.',
  },
  {
    name: 'stations',
    ...balance('STOCK', ['onenet.station.opened'], ['onenet.station.closed']),
    direction: 'UP_IS_GOOD',
    unit: '个',
    unitEn: 'stations',
    label: '服务站点',
    labelEn: 'Service stations',
    explanation: '期末服务站点数：期初 + 启用 − 关闭。',
    explanationEn: 'Service stations at the end: opening balance + opened − closed.',
  },
];
