import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { portable, withEarlyScripts } from './portable-shell.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64');
const script = `{ x = { base: "" }; import("/_app/start.js").then(() => import("/_app/app.js")); }`;
const shell = (allowed: string) =>
  `<meta content="script-src 'sha256-${allowed}'"><script src="/first.js"></script><script>${script}</script>`;

test('the router starts from the path that was found, by a script that is allowed', () => {
  const html = portable(shell(hash(script)));
  const [, inline = ''] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
  expect(html).toContain(`'sha256-${hash(inline)}'`);
  const base = '(document.documentElement.dataset.base || "")';
  expect(inline).toContain(`base: ${base} }`);
  expect(inline).toContain(`import(${base} + "/_app/start.js")`);
  expect(inline).toContain(`import(${base} + "/_app/app.js")`);
});

test('a shell of another form is refused, rather than broken', () => {
  expect(() => portable('<html></html>')).toThrow('no inline script');
  expect(() => portable(shell('other'))).toThrow('does not allow');
  expect(() => portable(shell(hash(script)).replaceAll('import(', 'load('))).toThrow('addresses');
});

test('what runs before the first paint stands in the shell, and is allowed there', () => {
  const early = "look('theme');";
  const before = `<meta content="script-src 'self' 'sha256-x'"><script src="/first.js"></script>`;
  const html = withEarlyScripts(before, new Map([['first.js', early]]));
  expect(html).toBe(
    `<meta content="script-src 'self' 'sha256-${hash(early)}' 'sha256-x'"><script>${early}</script>`,
  );
  expect(() => withEarlyScripts(before, new Map())).toThrow('first.js');
  expect(() => withEarlyScripts(before, new Map([['first.js', '"</script>"']]))).toThrow(
    'first.js',
  );
  const open = '<script src="/first.js"></script>';
  expect(() => withEarlyScripts(open, new Map([['first.js', early]]))).toThrow('no policy');
});
