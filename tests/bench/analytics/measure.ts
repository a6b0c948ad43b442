/** How long questions take: alone, eight at a time, and of a state that lies before what is in now. */
import { request } from 'undici';
import type { Asked } from './questions.ts';

/** Of one question, milliseconds. */
export interface QuestionFigures {
  /** Asked for the first time: nothing of it is kept. */
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the process, all threads: what is left of it on a machine that others use too. */
  readonly cpuMs: number;
  readonly parallelP95Ms: number;
}

export interface Measured {
  readonly questions: Readonly<Record<string, QuestionFigures>>;
  readonly serialPerSecond: number;
  readonly parallelPerSecond: number;
  /** Some of them, of the state before the last events. */
  readonly states: Readonly<Record<string, QuestionFigures>>;
}

const warmUps = 2;
const rounds = 10;
const parallel = 8;
const parallelRounds = 3;
/** As often at most as analytics inserts what happens now. */
const happensEveryMs = 300;

/** What the net does meanwhile. */
export interface Net {
  /** Something happens at every platform: of what has been read only what was over is still good. */
  happens(): void;
  /** Brings the last events in, after which states are asked for again. */
  later(): Promise<void>;
}

export async function measureQueries(
  url: string,
  questions: readonly Asked[],
  say: (line: string) => void,
  net: Net,
): Promise<Measured> {
  const ask = asker(url);
  say(`${questions.length} questions, each ${rounds} times`);
  const alone = await oneByOne(ask, questions, net);
  const beside = await together(ask, questions, net);
  const stated: Asked[] = [];
  // They differ by what they read as the others do: every fourth will do.
  for (const question of questions.filter((_, i) => i % 4 === 0)) {
    const state = await stateOf(ask, question);
    if (state !== undefined) stated.push(withState(question, state));
  }
  await net.later();
  say(`${stated.length} of them at the state before the last events`);
  const states = await oneByOne(ask, stated, net);
  return {
    questions: figuresOf(alone.times, beside.times),
    serialPerSecond: alone.perSecond,
    parallelPerSecond: beside.perSecond,
    states: figuresOf(states.times, new Map()),
  };
}

type Ask = (
  asked: Pick<Asked, 'query' | 'variables'>,
) => Promise<Readonly<Record<string, unknown>>>;

function asker(url: string): Ask {
  return async ({ query, variables }) => {
    const { body } = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as {
      data?: Record<string, unknown> | null;
      errors?: unknown;
    };
    if (errors !== undefined || !data) throw new Error(`${query}\n${JSON.stringify(errors)}`);
    return data;
  };
}

interface Times {
  /** By question: how long it took each time, and CPU a time. */
  readonly times: ReadonlyMap<string, Taken>;
  readonly perSecond: number;
}

interface Taken {
  readonly firstMs: number;
  readonly ms: readonly number[];
  readonly cpuMs: number;
}

async function oneByOne(ask: Ask, questions: readonly Asked[], net: Net): Promise<Times> {
  const times = new Map<string, Taken>();
  let asked = 0;
  let tookMs = 0;
  for (const question of questions) {
    const first = performance.now();
    await ask(question);
    const firstMs = performance.now() - first;
    for (let n = 1; n < warmUps; n++) await ask(question);
    const cpu = process.cpuUsage();
    const ms: number[] = [];
    for (let n = 0; n < rounds; n++) {
      net.happens();
      const began = performance.now();
      await ask(question);
      ms.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(cpu);
    times.set(question.name, { firstMs, ms, cpuMs: (user + system) / 1000 / rounds });
    asked += rounds;
    tookMs += ms.reduce((a, b) => a + b, 0);
  }
  return { times, perSecond: asked / (tookMs / 1000) };
}

/** All questions in turn, each by whoever of eight is free. */
async function together(ask: Ask, questions: readonly Asked[], net: Net): Promise<Times> {
  const times = new Map(
    questions.map(({ name }) => [name, { firstMs: 0, ms: [] as number[], cpuMs: 0 }]),
  );
  const happening = setInterval(() => net.happens(), happensEveryMs);
  const queue = Array.from({ length: parallelRounds }, () => questions).flat();
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let question = queue[next++]; question; question = queue[next++]) {
      const from = performance.now();
      await ask(question);
      times.get(question.name)?.ms.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  clearInterval(happening);
  return { times, perSecond: queue.length / ((performance.now() - began) / 1000) };
}

/** The state of an answer; undefined where a question has none. */
async function stateOf(ask: Ask, { query, variables }: Asked): Promise<string | undefined> {
  const [, root] = /\{\s*(metrics|tops)\(input: \$input\)/.exec(query) ?? [];
  if (root === undefined) return undefined;
  const named = query.includes('MetricsInput') ? 'MetricsInput' : 'TopsInput';
  const data = await ask({
    query: `query State($input: ${named}!) { ${root}(input: $input) { state } }`,
    variables,
  });
  const answer = data[root] as { state: string } | readonly { state: string }[];
  return 'state' in answer ? answer.state : answer[0]?.state;
}

function withState({ name, query, variables }: Asked, state: string): Asked {
  return {
    name,
    query,
    variables: { ...variables, input: { ...Object(variables['input']), state } },
  };
}

function figuresOf(alone: Times['times'], beside: Times['times']): Record<string, QuestionFigures> {
  return Object.fromEntries(
    [...alone].map(([name, { firstMs, ms, cpuMs }]) => [
      name,
      {
        firstMs,
        p50Ms: quantile(ms, 0.5),
        p95Ms: quantile(ms, 0.95),
        cpuMs,
        parallelP95Ms: quantile(beside.get(name)?.ms ?? [], 0.95),
      },
    ]),
  );
}

/** The value that a share does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
