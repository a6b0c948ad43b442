/** Every page's name in the navigation and its one question, in Chinese. */

export const pageWords = {
  overview: { name: '总览', question: '全省现在怎样？' },
  platform: { name: '各平台', question: '每个平台怎样，一级一级往下看？' },
  requests: { name: '求助', question: '求助办得及时吗？积压在哪里？' },
  signUps: { name: '入会', question: '谁在入会，从哪里来，办了卡没有？' },
  engagement: { name: '参与', question: '职工在看什么，什么时候看？' },
  aid: { name: '帮扶', question: '帮扶资金到了谁手里，帮出了什么结果？' },
  ranking: { name: '排名', question: '谁做得好，分数是怎样得来的？' },
  net: { name: '网络', question: '谁接入了，数据新不新、全不全？' },
  usage: { name: '使用', question: '谁在读谁的数据，读了多少？' },
  alerts: { name: '报警', question: '什么出了问题，谁在管？' },
  brief: { name: '简报', question: '这一期发生了什么？' },
  access: { name: '数据共享', question: '谁申请、谁获准、谁实际读了什么？' },
  administration: { name: '管理', question: '人员、客户端、授权和平台怎样设置？' },
  wall: { name: '大屏', question: '全省此刻怎样？' },
  developer: { name: '开发者', question: '怎样查询这张网？' },
} as const;
