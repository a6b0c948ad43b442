/** Texts as somebody writes them who means harm, and as somebody writes them who means none; and where a net takes them. */
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
  const [markup, , formula] = hostileTexts;
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
