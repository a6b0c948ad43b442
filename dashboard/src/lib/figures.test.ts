import { expect, test } from 'vitest';
import { withChosen } from './figures.ts';

test('the chosen metric is asked for once', () => {
  expect(withChosen('members')).toContain('members');
  expect(withChosen('signUps')).toHaveLength(4);
});
