import { expect, test } from 'vitest';
import { messages } from '#messages/every.ts';
import { categoryWord } from './category-words.ts';

test.each([
  [['requests'], 'MEDICAL', '医疗互助'],
  [['aid'], 'MEDICAL', '医疗救助'],
  [['members', 'cards'], 'MIGRANT', '农民工'],
  [['members', 'cards'], 'SIX_IN_ONE', '六合一卡'],
  [['content'], '防汛', '防汛'],
  [['members'], 'WAGES', 'WAGES'],
  [['content'], 'constructor', 'constructor'],
  [['unknown'], 'WAGES', 'WAGES'],
])('of %s, %s is %s', (modules, key, said) => {
  expect(categoryWord(messages.zh, modules, key)).toBe(said);
});
