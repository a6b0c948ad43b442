/** Which headers pass the sidecar, in either direction. */
import type { IncomingHttpHeaders } from 'node:http';

/** RFC 9110, 7.6.1: of one connection, not of the message; `connection` may name more. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of the request itself: written anew for the server behind. */
const rewritten = new Set(['host', 'content-length', 'expect']);

/**
 * Who asks is for the sidecar alone to say. With an underscore as well: servers of the CGI family
 * take `onenet_caller` and `onenet-caller` for one header.
 */
const ours = /^onenet[-_]/;

/** What an answer may bring out: neither cookies nor what the server is made of. */
const answered = new Set([
  'allow',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'retry-after',
  'vary',
]);

/** A request's headers, for the server behind. */
export function headersInward(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
  const passed = Object.entries(headers).filter(
    (header): header is [string, string | string[]] =>
      header[1] !== undefined &&
      !hopByHop.has(header[0]) &&
      !named.has(header[0]) &&
      !rewritten.has(header[0]) &&
      !ours.test(header[0]),
  );
  return Object.fromEntries(passed);
}

/** An answer's headers, for whoever asked. */
export function headersOutward(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed = Object.entries(headers).filter(
    (header): header is [string, string | string[]] =>
      header[1] !== undefined && answered.has(header[0]),
  );
  return Object.fromEntries(passed);
}
