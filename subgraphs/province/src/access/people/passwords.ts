/** Passwords: argon2id by Node's crypto, kept with the parameters that made them (PHC string format). */
import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id: 19 MiB, 2 passes, 1 lane. */
const parameters: Parameters = { memory: 19 * 1024, passes: 2, parallelism: 1 };
const tagLength = 32;
const saltLength = 16;

/** How many are derived side by side: each takes a thread of the pool that files and names need, too. */
const mostAtOnce = 2;

interface Parameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** `$argon2id$v=19$m=…,t=…,p=…$<salt>$<tag>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength);
  const tag = await tagOf(password, salt, parameters);
  const { memory: m, passes: t, parallelism: p } = parameters;
  return `$argon2id$v=19$m=${m},t=${t},p=${p}$${base64(salt)}$${base64(tag)}`;
}

/** Whether it is the password; where there is none (`undefined`), the same work is done. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, m, t, p, salt = '', tag = ''] = phc.exec(hash ?? (await nobodys())) ?? [];
  const made = { memory: Number(m), passes: Number(t), parallelism: Number(p) };
  const given = await tagOf(password, Buffer.from(salt, 'base64'), made);
  const kept = Buffer.from(tag, 'base64');
  return given.length === kept.length && timingSafeEqual(given, kept) && hash !== undefined;
}

/** A password for somebody who will change it: 99 random bits that can be read aloud. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const text = Array.from({ length: 20 }, () => letters[randomInt(letters.length)]).join('');
  return text.replace(/(.{5})(?=.)/g, '$1-');
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

/** Of a password that nobody has. */
function nobodys(): Promise<string> {
  return (nobodysHash ??= hashPassword(randomBytes(32).toString('base64url')));
}

let nobodysHash: Promise<string> | undefined;

async function tagOf(password: string, nonce: Buffer, made: Parameters): Promise<Buffer> {
  await turn();
  try {
    // The same letters may be typed as different code points.
    const message = password.normalize('NFKC');
    return await derive('argon2id', { message, nonce, tagLength, ...made });
  } finally {
    underWay -= 1;
    waiting.shift()?.();
  }
}

let underWay = 0;
const waiting: (() => void)[] = [];

/** Resolves when fewer than `mostAtOnce` are under way. */
async function turn(): Promise<void> {
  while (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  underWay += 1;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
