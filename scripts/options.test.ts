import { expect, test } from 'vitest';
import { describeOptions, parseOptions, UsageError } from './options.ts';
import { upOptions } from './up-options.ts';

test('every option has its default and its line of help', () => {
  const values = parseOptions(upOptions, [], {});
  const help = describeOptions(upOptions);
  for (const [name, option] of Object.entries(upOptions)) {
    expect(values).toHaveProperty(name, option.default);
    expect(help).toContain(`--${name}`);
    expect(help).toContain(option.help);
  }
});

test('an option given wins over the environment, which wins over the default', () => {
  const env = { MONGODB_URI: 'mongodb://environment' };
  expect(parseOptions(upOptions, [], env)['mongodb-uri']).toBe('mongodb://environment');
  const args = ['--mongodb-uri', 'mongodb://flag'];
  expect(parseOptions(upOptions, args, env)['mongodb-uri']).toBe('mongodb://flag');
});

test('values have the types of the list', () => {
  const args = ['--port', '4700', '--scale', '0.5', '--platforms', '420100,WISCO', '--fresh'];
  expect(parseOptions(upOptions, args, {})).toMatchObject({
    port: 4700,
    scale: 0.5,
    platforms: ['420100', 'WISCO'],
    fresh: true,
  });
});

test.for([
  [['--port', 'abc'], '--port is "abc" and must be a whole number from 1 to 65000.'],
  [['--port', '4000.5'], '--port is "4000.5" and must be a whole number from 1 to 65000.'],
  [['--scale', '2'], '--scale is "2" and must be a number from 0.0001 to 1.'],
  [['--scale', ''], '--scale is "" and must be a number from 0.0001 to 1.'],
  [['--scale', '-3'], '--scale is "-3" and must be a number from 0.0001 to 1.'],
  [['--scale', '--fresh'], "Option '--scale' argument is ambiguous: see --help."],
  [['--prot', '1'], "Unknown option '--prot': see --help."],
] as const)('refused by name: %j', ([args, message]) => {
  expect(() => parseOptions(upOptions, args, {})).toThrow(new UsageError(message));
});
