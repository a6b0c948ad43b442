/** What categories of requests and channels are called: codes of the contract, which figures are told apart by. */
import type { Language } from './language.ts';

export const dimensionWords = {
  zh: {
    categories: {
      WAGES: '工资报酬',
      CONTRACT: '劳动合同',
      SAFETY: '安全生产',
      INSURANCE: '社会保险',
      MEDICAL: '医疗互助',
      HARDSHIP: '困难帮扶',
      EMPLOYMENT: '就业培训',
      LEGAL: '法律援助',
      SERVICE: '日常服务',
      OTHER: '其他',
    },
    channels: {
      WEBSITE: '网站',
      WECHAT: '微信',
      APP: '应用',
      HOTLINE: '热线',
      STATION: '站点',
      QR_CODE: '扫码',
      MINI_PROGRAM: '小程序',
    },
  },
  en: {
    categories: {
      WAGES: 'Wages',
      CONTRACT: 'Labour contract',
      SAFETY: 'Safety',
      INSURANCE: 'Social insurance',
      MEDICAL: 'Medical aid',
      HARDSHIP: 'Hardship',
      EMPLOYMENT: 'Jobs and training',
      LEGAL: 'Legal aid',
      SERVICE: 'Service',
      OTHER: 'Other',
    },
    channels: {
      WEBSITE: 'Website',
      WECHAT: 'WeChat',
      APP: 'App',
      HOTLINE: 'Hotline',
      STATION: 'Station',
      QR_CODE: 'QR code',
      MINI_PROGRAM: 'Mini program',
    },
  },
} as const satisfies Readonly<Record<Language, object>>;
