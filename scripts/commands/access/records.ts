/** `./onenet access list` and `show`: access records, as the gateway gives them to whoever asks. */
import { queryGraphql, RegistryError } from '../registry.ts';
import { tableLines } from '../table.ts';

export interface RecordsWish {
  readonly gateway: string;
  /** An access token; empty: a call of this machine. */
  readonly bearer: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly first: number;
}

export interface ShownRecord {
  readonly at: string;
  readonly requestId: string | null;
  readonly client: string | null;
  readonly person: string | null;
  readonly purpose: string | null;
  readonly operation: string | null;
  readonly document: string | null;
  readonly result: string;
  readonly codes: readonly string[];
  readonly rows: number | null;
  readonly durationMs: number;
  readonly count: number;
  readonly sequence: string;
  readonly roles: readonly string[];
  readonly coordinates: readonly string[];
  readonly owners: readonly {
    readonly platform: string;
    readonly outcome: string;
    readonly rows: number | null;
    readonly grant: string | null;
    readonly leaf: string | null;
  }[];
}

const query = `query AccessRecords($filter: AccessFilter, $first: Int) {
  accessRecords(filter: $filter, first: $first) {
    edges { node {
      at requestId client person purpose operation document result codes rows durationMs count
      sequence roles coordinates owners { platform outcome rows grant leaf }
    } }
  }
}`;

/** The newest first. */
export async function readRecords(wish: RecordsWish): Promise<readonly ShownRecord[]> {
  const { gateway, bearer, filter, first } = wish;
  const headers = bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
  const data = await queryGraphql('gateway', gateway, query, { filter, first }, headers);
  const records = data['accessRecords'] as
    | { readonly edges: readonly { readonly node: ShownRecord }[] }
    | null
    | undefined;
  if (!records) throw new RegistryError('The net keeps no access records.');
  return records.edges.map(({ node }) => node);
}

export function listLines(records: readonly ShownRecord[]): readonly string[] {
  if (records.length === 0) return ['There is no such record.'];
  const shown = (value: string | number | null): string => String(value ?? '–');
  return tableLines([
    ['AT', 'CLIENT', 'PERSON', 'OPERATION', 'RESULT', 'ROWS', 'OWNERS', 'REQUEST'],
    ...records.map((each) => [
      each.at,
      shown(each.client),
      shown(each.person),
      shown(each.operation),
      [each.result, ...each.codes].join(' '),
      shown(each.rows),
      String(new Set(each.owners.map(({ platform }) => platform)).size),
      each.count === 1 ? shown(each.requestId) : `${each.count} requests`,
    ]),
  ]);
}

export function showLines(record: ShownRecord): readonly string[] {
  const { owners, coordinates, roles, codes, ...plain } = record;
  const rows = Object.entries(plain).map(([name, value]) => [name, String(value ?? '–')]);
  return [
    ...tableLines([...rows, ['roles', roles.join(', ')], ['codes', codes.join(', ')]]),
    '',
    'Fields:',
    ...coordinates.map((coordinate) => `  ${coordinate}`),
    '',
    ...tableLines([
      ['PLATFORM', 'OUTCOME', 'ROWS', 'GRANT', 'LEAF'],
      ...owners.map(({ platform, outcome, rows: given, grant, leaf }) => [
        platform,
        outcome,
        String(given ?? '–'),
        grant ?? '–',
        leaf ?? '–',
      ]),
    ]),
  ];
}
