/** Every union of a place, over all owners, to the last page. Needs ONENET_URL, ONENET_CLIENT and ONENET_SECRET. */
const {
  ONENET_URL: url = '',
  ONENET_CLIENT: client = '',
  ONENET_SECRET: secret = '',
} = process.env;

const query = `query Unions($place: ID, $after: String) {
  organizations(filter: {place: $place, kinds: [UNION]}, first: 100, after: $after) {
    edges { node { id name platformCode } }
    pageInfo { hasNextPage endCursor }
    completeness { notAsked { platform reason } missing { platform reason } resume }
  }
}`;

interface Absence {
  readonly platform: string;
  readonly reason: string;
}

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string; readonly name: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly completeness: {
    readonly notAsked: readonly Absence[];
    readonly missing: readonly Absence[];
    readonly resume: string | null;
  };
}

async function accessToken(): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token, error_description: why } = (await answer.json()) as {
    readonly access_token?: string;
    readonly error_description?: string;
  };
  if (token === undefined) throw new Error(why ?? `HTTP ${answer.status}`);
  return token;
}

async function page(token: string, after: string | null): Promise<Page> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { place: '420000', after } }),
  });
  const { data, errors } = (await answer.json()) as {
    readonly data?: { readonly organizations: Page | null } | null;
    readonly errors?: readonly { readonly message: string }[];
  };
  if (!data?.organizations) throw new Error(errors?.[0]?.message ?? `HTTP ${answer.status}`);
  return data.organizations;
}

const token = await accessToken();
const unions = new Map<string, string>();
let after: string | null = null;
let last: Page;
do {
  last = await page(token, after);
  for (const { node } of last.edges) unions.set(node.id, node.name);
  // Who failed on the way is asked again by `resume`, each from where it stopped: nothing is lost.
  after = last.pageInfo.hasNextPage ? last.pageInfo.endCursor : last.completeness.resume;
} while (after !== null);
console.log(`${unions.size} unions`);
for (const { platform, reason } of last.completeness.notAsked) console.log(`${platform} ${reason}`);
