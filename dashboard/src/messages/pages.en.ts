/** Every page's name in the navigation and its one question, in English. */
import type { Messages } from './messages.ts';

export const pageWords: Messages['pageWords'] = {
  overview: { name: 'Overview', question: 'How is the province now?' },
  platform: { name: 'Platforms', question: 'How does each platform do, level by level?' },
  requests: {
    name: 'Requests',
    question: 'Are requests resolved in time, and where do they pile up?',
  },
  signUps: { name: 'Sign-ups', question: 'Who joins, through which channel, and who has a card?' },
  engagement: { name: 'Engagement', question: 'What do workers read, and when?' },
  aid: { name: 'Aid', question: 'Whom did aid reach, and what came of it?' },
  ranking: { name: 'Ranking', question: 'Who does well, and how did the score come about?' },
  net: { name: 'Net', question: 'Who is connected, and is their data fresh and complete?' },
  usage: { name: 'Usage', question: 'Who reads whose data, and how much?' },
  alerts: { name: 'Alerts', question: 'What is wrong, and who looks after it?' },
  brief: { name: 'Brief', question: 'What happened in this period?' },
  access: { name: 'Data sharing', question: 'Who asked, who was granted, and who read what?' },
  administration: {
    name: 'Administration',
    question: 'How are people, clients, grants and platforms set?',
  },
  wall: { name: 'Wall', question: 'How is the province at this moment?' },
  developer: { name: 'Developers', question: 'How is this net queried?' },
};
