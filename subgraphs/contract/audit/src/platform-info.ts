/** What a platform says of itself that inputs are made of: its kinds of card, its departments, its key. */
import { dataOf, type AuditedServer } from './server.ts';

export interface PlatformInfo {
  readonly cardKinds: readonly { readonly code: string; readonly functions: readonly string[] }[];
  readonly departments: readonly { readonly code: string; readonly questions: readonly string[] }[];
  /** Absent where it is not offered, or null. */
  readonly sealingKey: string | undefined;
}

const read = new WeakMap<AuditedServer, Promise<PlatformInfo>>();

/** Read once an audit. */
export function platformInfo(server: AuditedServer): Promise<PlatformInfo> {
  const known = read.get(server) ?? readInfo(server);
  read.set(server, known);
  return known;
}

async function readInfo(server: AuditedServer): Promise<PlatformInfo> {
  const offered = new Set(server.offered.fields('Platform').map(({ name }) => name));
  const wanted = {
    cardKinds: 'cardKinds { code functions }',
    departments: 'departments { code questions }',
    sealingKey: 'sealingKey',
  };
  const fields = Object.entries(wanted).flatMap(([name, text]) => (offered.has(name) ? text : []));
  const exchange = await server.ask(
    `{ _entities(representations: [{ __typename: "Platform", code: "${server.code}" }]) { ... on Platform { code ${fields.join(' ')} } } }`,
  );
  const [platform] = (dataOf(exchange)['_entities'] ?? []) as (Record<string, unknown> | null)[];
  const kinds = (platform?.['cardKinds'] ?? []) as { code: string; functions: string[] | null }[];
  const departments = (platform?.['departments'] ?? []) as {
    code: string;
    questions: string[] | null;
  }[];
  const key = platform?.['sealingKey'];
  return {
    cardKinds: kinds.map(({ code, functions }) => ({ code, functions: functions ?? [] })),
    departments: departments.map(({ code, questions }) => ({ code, questions: questions ?? [] })),
    sealingKey: typeof key === 'string' ? key : undefined,
  };
}
