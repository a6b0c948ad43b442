/** GET /briefs/<id>.html and .xlsx, in Chinese or with `?lang=en`: for whom the gateway signs, and for this machine. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '@onenet/assertion';
import { languages } from '@onenet/charts';
import type { Language } from '@onenet/charts';
import { NetError, callerHeader, decodeCaller, localCaller } from '@onenet/contract';
import type { Caller } from '@onenet/contract';
import { admitBodyless } from '../operation/admit.ts';
import type { StoredBrief } from './brief.ts';
import type { BriefDocument } from './document.ts';
import { renderedDocument } from './renderers.ts';
import { checkSightOf, sightOfBriefs } from './sight.ts';
import type { Briefs } from './store.ts';

/** Nothing runs in a brief and nothing is loaded into it; its style and its charts' are written in it. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Loaded when the first of a kind is asked for: charts and workbooks are heavy. */
const forms = {
  html: {
    type: 'text/html; charset=utf-8',
    headers: { 'content-security-policy': policy },
    disposition: 'inline',
    async write(brief: StoredBrief, document: BriefDocument): Promise<string | Buffer> {
      return (await import('./html.ts')).briefHtml(brief, document);
    },
  },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    headers: {},
    disposition: 'attachment',
    async write(brief: StoredBrief, document: BriefDocument): Promise<string | Buffer> {
      return await (await import('./xlsx.ts')).briefXlsx(brief, document);
    },
  },
} as const;

const path = /^\/briefs\/([0-9A-Za-z-]{1,80})\.(html|xlsx)$/;

export function isBriefPath(pathname: string): boolean {
  return pathname.startsWith('/briefs/');
}

export async function answerBrief(
  { briefs, guard, hasKeys }: { briefs: Briefs; guard: Guard; hasKeys: boolean },
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, id, name] = path.exec(url.pathname) ?? [];
  const caller = await callerOf(guard, hasKeys, request, response);
  if (!caller) return;
  sightOfBriefs(caller);
  const brief = id === undefined ? undefined : await briefs.find(id);
  if (!brief || name === undefined) {
    throw new NetError(
      'NOT_FOUND',
      `There is no brief at ${url.pathname.slice(0, 100)}: see \`briefs\`.`,
    );
  }
  checkSightOf(brief.platform?.code ?? null, caller);
  const form = name === 'html' ? forms.html : forms.xlsx;
  const document = renderedDocument(brief, languageIn(url));
  const body = Buffer.from(await form.write(brief, document));
  response.writeHead(200, {
    'content-type': form.type,
    'content-length': body.byteLength,
    'content-disposition': disposition(
      form.disposition,
      `${document.title} ${document.period}`,
      brief.id,
      name,
    ),
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    ...form.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Who asks, by the gateway's word; without keys by this machine's, as for GraphQL. Undefined: refused, and told so. */
async function callerOf(
  guard: Guard,
  hasKeys: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Caller | undefined> {
  const wanted = { methods: ['GET', 'HEAD'], else: 'A brief is read with GET.' };
  const admission = await admitBodyless(guard, wanted, request, response);
  if (!admission) return undefined;
  if (admission.issuer !== null) return admission.caller;
  const named = hasKeys ? undefined : request.headers[callerHeader]?.toString();
  const caller = named === undefined ? localCaller : decodeCaller(named);
  if (caller) return caller;
  throw new NetError('BAD_REQUEST', `${callerHeader} names no caller.`);
}

function languageIn({ searchParams }: URL): Language {
  const named = searchParams.get('lang') ?? 'zh';
  const language = languages.find((each) => each === named);
  if (language) return language;
  throw new NetError(
    'BAD_INPUT',
    `\`lang=${named.slice(0, 20)}\`: there are ${languages.join(', ')}.`,
  );
}

/** RFC 6266: the whole name in UTF-8, and for what does not read that the id, which is ASCII. */
function disposition(type: string, title: string, id: string, extension: string): string {
  const name = `${title}.${extension}`.replaceAll(/[\\/:*?"<>|]/g, ' ');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${id}.${extension}"; filename*=UTF-8''${encoded}`;
}
