/** What clients ask while the net changes, and what is right for it in each net: computed from the records, not taken from an answer. */
import { organizationId, requestId, requestsEach, submittedAt, tombstoneId } from './records.ts';

/** The platforms: one that stays, and those that change. */
export const changing = { version: '420600', added: '420800', plain: '421300' } as const;
export const stays = '420100';
export const codes: readonly string[] = [stays, ...Object.values(changing)];
export const tombstonesTo: Readonly<Record<string, readonly string[]>> = {
  [stays]: [changing.added, changing.plain],
};

/** Of a net what changes in the test. */
export interface NetState {
  /** The contract's version that `changing.version` is on. */
  readonly version: '1.1' | '1.2';
  /** Whether the one with additions, and the one without, are connected. */
  readonly added: boolean;
  readonly plain: boolean;
}

/** An answer as it is compared: errors as path and code. */
export interface Expected {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly (readonly [path: string | null, code: unknown])[];
}

/** Errors come in no order that the contract gives. */
export function sorted(errors: Expected['errors']): Expected['errors'] {
  return errors.toSorted(([a], [b]) => String(a).localeCompare(String(b)));
}

interface Asked {
  readonly name: string;
  readonly query: string;
  /** Of the net in this state; several while a supergraph is on its way. */
  readonly expected: (state: NetState) => readonly Expected[];
}

const list = `{ edges { node { id remindedCount } } totalCount
  completeness { asked answered missing { platform reason } notAsked { platform } resume } }`;
const filter = (platforms: readonly string[]): string =>
  `filter: { platforms: ${JSON.stringify(platforms)}, titleContains: "演示" }`;

/** Lists over all, records, and records of others that they lead to: three waves of one operation. */
const whole: Asked = {
  name: 'whole',
  query: `{
    all: serviceRequests(first: 100, ${filter(codes)}) ${list}
    division(code: "420000") { page: serviceRequests(first: 5, ${filter(codes)}) ${list} }
    plain: serviceRequest(id: "${requestId(changing.plain, 1)}") { id organization { name } }
    version: serviceRequest(id: "${requestId(changing.version, 1)}") { id remindedCount }
    toAdded: serviceRequest(id: "${tombstoneId(stays, changing.added)}") { transferredTo { id title } }
    toPlain: serviceRequest(id: "${tombstoneId(stays, changing.plain)}") { transferredTo { id title } }
  }`,
  expected: (state) => {
    const { plain, added, version } = changing;
    const errors: [string, string][] = [];
    const orAbsent = (isThere: boolean, path: string, value: object): object | null => {
      if (!isThere) errors.push([path, 'NOT_CONNECTED']);
      return isThere ? value : null;
    };
    if (state.version === '1.1') errors.push(['version.remindedCount', 'NOT_OFFERED']);
    const data = {
      all: listOf(state, 100),
      division: { page: listOf(state, 5) },
      plain: orAbsent(state.plain, 'plain', {
        id: requestId(plain, 1),
        organization: { name: `演示工会 ${plain}` },
      }),
      version: { id: requestId(version, 1), remindedCount: state.version === '1.2' ? 0 : null },
      toAdded: {
        transferredTo: orAbsent(state.added, 'toAdded.transferredTo', {
          id: requestId(added, 0),
          title: `演示 ${added} 0`,
        }),
      },
      toPlain: {
        transferredTo: orAbsent(state.plain, 'toPlain.transferredTo', {
          id: requestId(plain, 0),
          title: `演示 ${plain} 0`,
        }),
      },
    };
    return [{ data, errors: sorted(errors) }];
  },
};

/** What one of them adds, beside what is the contract's. */
const additions: Asked = {
  name: 'additions',
  query: `{
    p420800CardProgrammes { id }
    organizations(first: 100, filter: { platforms: ${JSON.stringify(codes)} }) {
      edges { node { id p420800CardCount } } totalCount
    }
  }`,
  expected: (state) => {
    const connected = codes.filter((code) => isConnected(state, code)).toSorted();
    const data = {
      p420800CardProgrammes: state.added ? [{ id: '420800:programme-five-in-one' }] : null,
      organizations: {
        edges: connected.map((code) => ({
          node: { id: organizationId(code), p420800CardCount: code === changing.added ? 0 : null },
        })),
        totalCount: connected.length,
      },
    };
    // While a supergraph is loaded the one before answers, with the new owners.
    const unknownField = [null, 'BAD_REQUEST'] as const;
    const unknown = { data: null, errors: [unknownField, unknownField] };
    const gone = { data, errors: [['p420800CardProgrammes', 'NOT_CONNECTED'] as const] };
    return state.added ? [{ data, errors: [] }, unknown] : [unknown, gone];
  },
};

export const read: readonly [Asked, ...Asked[]] = [whole, additions];

/** One mutation at the platform that stays, then one at another: in the one operation. */
export function write(
  code: string,
  title: string,
): Asked & { readonly variables: Record<string, unknown> } {
  const input = (platform: string, field: string) => ({
    platform,
    idempotencyKey: `${title} ${field}`,
    title: `${title} ${field}`,
    category: 'SERVICE',
    channel: 'WECHAT',
    placeCode: platform,
  });
  const submitted = (field: string) => ({ serviceRequest: { title: `${title} ${field}` } });
  return {
    name: 'mutation',
    query: `mutation ($always: SubmitServiceRequestInput!, $perhaps: SubmitServiceRequestInput!) {
      always: submitServiceRequest(input: $always) { serviceRequest { title } }
      perhaps: submitServiceRequest(input: $perhaps) { serviceRequest { title } }
    }`,
    variables: { always: input(stays, 'always'), perhaps: input(code, 'perhaps') },
    expected: (state) => {
      const isThere = isConnected(state, code);
      const data = {
        always: submitted('always'),
        perhaps: isThere ? submitted('perhaps') : null,
      };
      return [{ data, errors: isThere ? [] : [['perhaps', 'NOT_CONNECTED']] }];
    },
  };
}

function isConnected({ added, plain }: NetState, code: string): boolean {
  return code === changing.added ? added : code === changing.plain ? plain : true;
}

/** The page of the newest, over all who are connected. */
function listOf(state: NetState, first: number): object {
  const connected = codes.filter((code) => isConnected(state, code));
  const rows = connected
    .flatMap((code) => Array.from({ length: requestsEach }, (_, n) => ({ code, n })))
    .toSorted((a, b) => +submittedAt(b.code, b.n) - +submittedAt(a.code, a.n));
  return {
    edges: rows.slice(0, first).map(({ code, n }) => ({
      node: {
        id: requestId(code, n),
        remindedCount: code === changing.version && state.version === '1.1' ? null : 0,
      },
    })),
    totalCount: rows.length,
    completeness: {
      asked: connected.length,
      answered: connected.length,
      missing: [],
      notAsked: codes
        .filter((code) => !isConnected(state, code))
        .toSorted()
        .map((platform) => ({ platform })),
      resume: null,
    },
  };
}
