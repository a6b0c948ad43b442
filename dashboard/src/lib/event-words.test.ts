import { expect, test } from 'vitest';
import { messages } from '../messages/every.ts';
import { word } from '../messages/messages.ts';
import { categoryWords } from './event-words.ts';

test('a category is called by what the event is about', () => {
  const said = (type: string, category: string): string =>
    word(categoryWords(messages.zh, type), category);
  expect(said('onenet.request.submitted', 'MEDICAL')).toBe('医疗互助');
  expect(said('onenet.aid.paid', 'MEDICAL')).toBe('医疗救助');
  expect(said('onenet.card.used', 'FIVE_IN_ONE')).toBe('五合一卡');
  // An article's column is the owner's own word.
  expect(said('onenet.article.read', '维权')).toBe('维权');
});
