/** Serves the dashboard: its files as built, and its shell for every page address. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** What the build compressed beside each file, best first; the shell, which is written into, is compressed here. */
const encodings = [
  { name: 'br', suffix: '.br', compress: promisify<Buffer, Buffer>(brotliCompress) },
  { name: 'gzip', suffix: '.gz', compress: promisify<Buffer, Buffer>(gzip) },
] as const;

/** The shell, under the names that the static adapter gives it. */
const shells = ['200.html', 'index.html'];

/** Sends a file or the shell; false when there is neither. */
export async function serveStatic(
  dir: string,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const shell = await shellFor(dir, pathname, request);
  const file = (await fileAt(dir, pathname)) ?? shell;
  if (file === undefined) return false;
  if (file === shell) {
    await sendShell(file, pathname, request, response);
    return true;
  }
  const encoding = await compressed(file, request.headers['accept-encoding'] ?? '');
  const sent = encoding ? file + encoding.suffix : file;
  const { size, mtimeMs } = await stat(sent);
  const etag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
  const headers = {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    // What is named by its hash never changes; the rest is asked for again each time.
    'cache-control': pathname.includes('/_app/immutable/')
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    etag,
    ...(encoding && { 'content-encoding': encoding.name }),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return true;
  }
  response.writeHead(200, { ...headers, 'content-length': size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(sent), response);
  return true;
}

/**
 * The shell says for which path it was sent, and where from there its files are: so it works under whatever path
 * a reverse proxy has put this gateway, which neither of the two needs to be told.
 */
async function sendShell(
  file: string,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const up = '../'.repeat(pathname.split('/').length - 2) || './';
  const html = (await readFile(file, 'utf8'))
    .replace('<html ', () => `<html data-path="${encodeURI(pathname).replaceAll('"', '%22')}" `)
    .replaceAll(/(?<=\s(?:href|src)=")\/(?!\/)/g, up);
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = encodings.find(({ name }) => accepted.includes(name));
  const hash = createHash('sha256').update(html).digest('base64url').slice(0, 16);
  const etag = `"${hash}${encoding?.name ?? ''}"`;
  const headers = {
    'content-type': contentTypes['.html'],
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    etag,
    ...(encoding && { 'content-encoding': encoding.name }),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = Buffer.from(html);
  const sent = encoding ? await encoding.compress(body) : body;
  response.writeHead(200, { ...headers, 'content-length': sent.length });
  response.end(request.method === 'HEAD' ? undefined : sent);
}

async function fileAt(dir: string, pathname: string): Promise<string | undefined> {
  const root = resolve(dir);
  const file = resolve(join(root, pathname));
  // `..` in an address must not lead out of the folder; nor may a name end in what a file system ignores.
  if (!file.startsWith(root + sep) || file.includes('\0')) return undefined;
  if (await isFile(file)) return file;
  const page = `${file}.html`;
  return (await isFile(page)) ? page : undefined;
}

async function shellFor(
  dir: string,
  pathname: string,
  request: IncomingMessage,
): Promise<string | undefined> {
  const isPage = extname(pathname) === '' && String(request.headers.accept).includes('text/html');
  if (!isPage && pathname !== '/') return undefined;
  for (const name of pathname === '/' ? shells.toReversed() : shells) {
    const file = join(dir, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

async function compressed(
  file: string,
  accepted: string,
): Promise<(typeof encodings)[number] | undefined> {
  for (const encoding of encodings) {
    if (accepted.includes(encoding.name) && (await isFile(file + encoding.suffix))) return encoding;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
