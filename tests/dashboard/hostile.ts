/** Texts as somebody writes them who means harm, and as somebody writes them who means none; and where a net takes them. */
import { MongoClient } from 'mongodb';
import { vi } from 'vitest';
import { ask } from '../fixtures/small-net.ts';
import { operate, type SomeNet } from './people.ts';

/** Each sets `ran` where it runs. */
export const hostileTexts = [
  '<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=2</script>',
  `"'></title></textarea></svg><svg onload=globalThis.ran=3>{{7*7}}`,
  `=HYPERLINK("http://127.0.0.1:9/?"&A1,"点我")`,
  `+1+cmd|' /C calc'!A0`,
  '-2+3',
  `@SUM(1+1)`,
  'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4),
  '求助'.repeat(80),
  '\u202Eمرحبا بالعالم \u2067txt.exe\u2069 שלום',
  '👩‍👩‍👧‍👦'.repeat(12) + 'Z\u0335\u0334a\u0337\u0321l\u0336\u0322g\u0336o',
] as const;

const [markup, , formula, , , , long, , , signs] = hostileTexts;
/** Connected platforms that are called so: what they answer is counted, ranked and drawn under these names. */
export const hostileNames = {
  '421300': markup,
  '429005': formula,
  '421200': long,
  '429004': signs,
} as const;

/** As titles of requests and articles, names of platforms and of a client that reads, reasons and questions. */
export async function writeHostileTexts(net: SomeNet): Promise<void> {
  const write = async (mutation: string, actor: string, input: object) => {
    const { errors } = await ask(
      `${net.urls.gateway}/graphql`,
      mutation,
      { input },
      { 'onenet-actor': actor },
    );
    if (errors) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
  };
  const platform = '420100';
  for (const [index, title] of hostileTexts.entries()) {
    await Promise.all([
      write(
        'mutation ($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id } } }',
        'worker:e2e',
        {
          platform,
          idempotencyKey: `hostile-request-${index}`,
          title,
          category: 'LEGAL',
          channel: 'HOTLINE',
          placeCode: '420106',
        },
      ),
      write(
        'mutation ($input: PublishArticleInput!) { publishArticle(input: $input) { article { id } } }',
        'officer:e2e',
        {
          platform,
          idempotencyKey: `hostile-article-${index}`,
          title,
          column: '权益',
          summary: title,
          placeCode: '420106',
        },
      ),
      write(
        'mutation ($input: AskSupervisionInput!) { askSupervision(input: $input) { supervision { id } } }',
        'officer:e2e',
        {
          platform,
          idempotencyKey: `hostile-supervision-${index}`,
          metric: 'requestsBacklog',
          value: index,
          office: title.slice(0, 60),
          question: title,
        },
      ),
      operate(net, 'registry/platforms', {
        code: `HOSTILE-${index}`,
        name: title,
        nameEn: title,
        kind: 'ENTERPRISE',
        parent: platform,
        serves: ['420106'],
        position: { latitude: 30.5 + index / 20, longitude: 112 + index / 4 },
        responsible: {
          office: title,
          officeEn: title,
          telephone: '027-00000000',
          email: 'a@b.example',
        },
      }),
    ]);
  }
  await renamePlatforms(net);
  const { secret } = await operate(net, 'access/clients', {
    id: 'hostile',
    name: formula,
    nameEn: markup,
    kind: 'OTHER',
    scopes: ['organizations:read'],
    purposes: ['statistics'],
    adHoc: true,
  });
  await readAs(net, 'hostile', String(secret));
}

/** No call of the registry renames a platform that is connected: its profile comes from whoever runs it. */
async function renamePlatforms(net: SomeNet): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const mongo = stack.use(await MongoClient.connect(net.urls.mongodb));
  const platforms = mongo.db('province').collection<{ _id: string }>('platforms');
  for (const [code, name] of Object.entries(hostileNames)) {
    const $set = { 'profile.name': name, 'profile.nameEn': name };
    await platforms.updateOne({ _id: code }, { $set });
    // The registry reads its platforms again whenever one of them changes.
    await operate(net, `registry/platforms/${code}/responsible`, {
      office: name.slice(0, 60),
      officeEn: name.slice(0, 60),
      telephone: '027-00000000',
      email: 'a@b.example',
    });
  }
  const renamed = async () => {
    const { data } = await ask(`${net.urls.gateway}/graphql`, '{ platforms { code name } }');
    const all = (data?.['platforms'] ?? []) as { code: string; name: string }[];
    return Object.entries(hostileNames).every(([code, name]) =>
      all.some((each) => each.code === code && each.name === name),
    );
  };
  await vi.waitUntil(renamed, { timeout: 60_000, interval: 500 });
}

/** What a client reads stands on the page on usage. */
async function readAs({ urls }: SomeNet, client: string, secret: string): Promise<void> {
  const token = await fetch(`${urls.gateway}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client,
      client_secret: secret,
    }),
  });
  const { access_token: access } = (await token.json()) as { access_token: string };
  const { errors } = await ask(
    `${urls.gateway}/graphql`,
    'query Hostile { organizations(filter: { platforms: ["420100"] }, first: 1) { edges { node { name } } } }',
    {},
    { authorization: `Bearer ${access}`, 'onenet-purpose': 'statistics' },
  );
  if (errors) throw new Error(JSON.stringify(errors));
}
