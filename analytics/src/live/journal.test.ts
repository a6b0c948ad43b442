/** Going on behind an id: all that was missed, or nothing. */
import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

const textOf = (messages: readonly Uint8Array[] | undefined) =>
  messages?.map((message) => Buffer.from(message).toString());

test('a message carries its id, and after it come the later ones', () => {
  const journal = new Journal();
  const before = journal.lastId;
  journal.add('change', { n: 1 });
  const first = journal.lastId;
  journal.add('change', { n: 2 });
  expect(textOf(journal.after(before))).toEqual([
    `id: ${first}\nevent: change\ndata: {"n":1}\n\n`,
    `id: ${journal.lastId}\nevent: change\ndata: {"n":2}\n\n`,
  ]);
  expect(journal.after(first)).toHaveLength(1);
  expect(journal.after(journal.lastId)).toEqual([]);
});

test('what is no id of this process, ahead of it, or too old, is not known', () => {
  const journal = new Journal();
  const first = journal.lastId;
  for (const id of [undefined, '', '7', new Journal().lastId, `${first}9`, `${first}\n`]) {
    expect(journal.after(id)).toBeUndefined();
  }
  for (let n = 1; n <= 240; n++) journal.add('change', { n });
  expect(journal.after(first)).toHaveLength(240);
  journal.add('change', {});
  expect(journal.after(first)).toBeUndefined();
});

test('what is kept is bounded in bytes too', () => {
  const journal = new Journal();
  const first = journal.lastId;
  for (let n = 1; n <= 20; n++) journal.add('change', 'x'.repeat(200_000));
  expect(journal.after(first)).toBeUndefined();
  expect(journal.after(journal.lastId)).toEqual([]);
});
