/** One platform kept in a net of its own: registered, published, and published again when its SDL changes. */
import { divisions } from '@onenet/platforms';
import type { NetUrls } from '../net.ts';
import { callRegistry, queryProvince, reportLines, type Report } from './registry.ts';

export interface AttachmentOptions {
  /** Base URL of the platform. */
  readonly url: string;
  /** Its code; empty: what it says of itself. */
  readonly code: string;
  /** What it serves, if it must be registered; empty: its own division, else the province. */
  readonly serves: readonly string[];
  readonly urls: NetUrls;
  /** The net's data: the operator's token is in it. */
  readonly dataDir: string;
  readonly say: (line: string) => void;
}

interface Registered {
  readonly code: string;
  readonly name: string;
  readonly connection: string;
}

const lookEveryMs = 1_000;
const answersWithinMs = 5_000;

export class Attachment {
  readonly #options: AttachmentOptions;
  /** What was served when it was last published, or tried to be. */
  #seen: string | undefined;
  #said = '';

  constructor(options: AttachmentOptions) {
    this.#options = options;
  }

  /** Publishes whenever there is something new, until `stop` is aborted. */
  async keep(stop: AbortSignal): Promise<void> {
    const enter = () => {
      this.#seen = undefined;
      this.#said = '';
    };
    process.stdin.on('data', enter);
    try {
      while (!stop.aborted) {
        await this.#look();
        await pause(lookEveryMs, stop);
      }
    } finally {
      process.stdin.off('data', enter);
      // Whatever it is (terminal, pipe, file), it holds up the end of the process no longer.
      process.stdin.destroy();
    }
  }

  async #look(): Promise<void> {
    try {
      const served = await this.#served();
      if (served === this.#seen) return;
      this.#seen = served;
      await this.#publish();
    } catch (error) {
      this.#sayOnce(error instanceof Error ? error.message : String(error));
    }
  }

  async #publish(): Promise<void> {
    const { url, urls } = this.#options;
    const platforms = await this.#registered();
    const code = await this.#code(platforms);
    const known = platforms.find((each) => each.code === code);
    if (!known) await this.#register(code);
    for (const other of platforms) {
      // Of an earlier run in this folder: it does not answer any more.
      if (other.code === code || other.connection !== 'CONNECTED') continue;
      await this.#call(`/${other.code}/withdraw`);
    }
    const body = await this.#call(`/${encodeURIComponent(code)}/versions`, {
      url,
      // While it is being written, what it took away since its last start is no loss to anybody.
      acceptBreaking: true,
    });
    const report = body as unknown as Report;
    const lines = [`Publishing ${code} at ${url}:`, ...reportLines(report, code)];
    const then = report.admitted
      ? `  ${known?.name ?? code}: ${urls.gateway}/platform/${code}`
      : '  Tried again when its SDL changes, or on Enter.';
    this.#options.say([...lines, then].join('\n'));
    this.#said = '';
  }

  /** What the platform serves, in whatever state it is; a platform that takes signed calls only says nothing. */
  async #served(): Promise<string> {
    const { status, body } = await this.#ask('{ _service { sdl } }');
    return status === 401 ? 'it takes signed calls only' : body;
  }

  async #code(platforms: readonly Registered[]): Promise<string> {
    const { code, url } = this.#options;
    if (code !== '') return code;
    const list = await this.#ask('{ organizations(first: 1) { edges { node { platformCode } } } }');
    const own = /"platformCode":\s*"([^"]+)"/.exec(list.body)?.[1];
    if (own !== undefined) return own;
    // It has no records yet: it knows itself by its code alone.
    const entities = await this.#ask(
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform { code } } }',
      { all: platforms.map((each) => ({ __typename: 'Platform', code: each.code })) },
    );
    const known = /"code":\s*"([0-9A-Z][0-9A-Z-]*)"\s*\}/.exec(entities.body)?.[1];
    if (known !== undefined && platforms.some((each) => each.code === known)) return known;
    throw new Error(`${url} does not say whose it is: give the platform's code with --code.`);
  }

  async #register(code: string): Promise<void> {
    const own = divisions.has(code) ? code : '420000';
    const serves = this.#options.serves.length > 0 ? this.#options.serves : [own];
    await this.#call('', {
      code,
      name: code,
      nameEn: code,
      kind: 'CITY',
      parent: '420000',
      serves,
      responsible: { office: '开发中', officeEn: 'In development', email: 'nobody@dev.example' },
    });
  }

  async #registered(): Promise<readonly Registered[]> {
    const { province } = this.#options.urls;
    const answer = await queryProvince({ province }, '{ platforms { code name connection } }');
    return answer['platforms'] as readonly Registered[];
  }

  async #call(path: string, body: object = {}): Promise<object> {
    const { urls, dataDir } = this.#options;
    const access = { province: urls.province, token: '', data: dataDir };
    return (await callRegistry(access, 'POST', path, body)).body;
  }

  async #ask(query: string, variables: object = {}): Promise<{ status: number; body: string }> {
    const { url } = this.#options;
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query, variables }),
        redirect: 'error',
        signal: AbortSignal.timeout(answersWithinMs),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      this.#seen = undefined;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${url}/graphql does not answer (${why}): looking again.`, { cause: error });
    }
  }

  #sayOnce(text: string): void {
    if (text !== this.#said) this.#options.say(text);
    this.#said = text;
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  const now = () => over.resolve();
  stop.addEventListener('abort', now, { once: true });
  await over.promise;
  clearTimeout(timer);
  stop.removeEventListener('abort', now);
}
