/** What is sealed to a key is read with that key alone. */
import { expect, test } from 'vitest';
import { newSealingKey, open, seal } from './sealing.ts';

test('what was sealed is opened, characters and all', async () => {
  const { publicJwk, privateJwk } = await newSealingKey();
  const sealed = await seal(publicJwk, { name: '王小明𠮷', family: [] });
  expect(sealed).not.toContain('王');
  expect(sealed.split('.')).toHaveLength(5);
  expect(JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString())).toMatchObject(
    {
      alg: 'ECDH-ES',
      enc: 'A256GCM',
    },
  );
  expect(await open(privateJwk, sealed)).toEqual({ name: '王小明𠮷', family: [] });
});

test('the public text holds no private part', async () => {
  const { publicJwk, privateJwk } = await newSealingKey();
  expect(Object.keys(JSON.parse(publicJwk) as object).toSorted()).toEqual(['crv', 'kty', 'x', 'y']);
  expect(privateJwk.d).toBeTypeOf('string');
});

test('another key, a changed text and no JWE are BAD_INPUT without a word of them', async () => {
  const ours = await newSealingKey();
  const theirs = await newSealingKey();
  const sealed = await seal(theirs.publicJwk, { name: '王小明' });
  const own = await seal(ours.publicJwk, { name: '王小明' });
  const changed = own.slice(0, -2) + (own.endsWith('AA') ? 'BB' : 'AA');
  for (const text of [sealed, changed, 'secret-text', '', `${own}.more`]) {
    await expect(open(ours.privateJwk, text)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^What is sealed cannot be opened: it is no compact JWE/),
    });
  }
});

test('only a public key of P-256 is sealed to', async () => {
  const { privateJwk, publicJwk } = await newSealingKey();
  const offCurve = JSON.stringify({ ...(JSON.parse(publicJwk) as object), x: 'AAAA' });
  const okp = '{"kty":"OKP","crv":"X25519","x":"AAAA"}';
  for (const text of ['', 'null', '{}', okp, offCurve, JSON.stringify(privateJwk)]) {
    await expect(seal(text, {})).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'A sealing key is a public JWK of P-256, as JSON text.',
    });
  }
});
