/** How a client reads on a terminal. */
import type { NetClient } from '@onenet/contract';
import { tableLines } from './table.ts';

/** A client as the province shows it. */
export interface ShownClient extends NetClient {
  readonly status: string;
  readonly secrets: readonly Credential[];
  readonly keys: readonly Credential[];
  readonly history?: readonly {
    readonly at: string;
    readonly action: string;
    readonly detail: string | null;
  }[];
}

interface Credential {
  readonly id?: string;
  readonly kid?: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt?: string | null;
}

/** A secret alone on its line, so that a script can take it; the rest goes where people read. */
export function printCredential(
  { client: id, json }: { readonly client: string; readonly json: boolean },
  body: Readonly<Record<string, unknown>>,
  said: string,
): number {
  const { secret } = body;
  if (json) {
    console.log(JSON.stringify(body));
  } else if (typeof secret === 'string') {
    console.error(`${said} The secret of ${id}, which is shown this once:`);
    console.log(secret);
  } else {
    console.error(said);
    console.log(`${id} authenticates by its key.`);
  }
  return 0;
}

/** A client, one fact a line, and below it what was done to it. */
export function linesOf(shown: ShownClient): readonly string[] {
  const { perSecond, burst, perDay, concurrent } = shown.limits;
  const credentials = [...shown.secrets, ...shown.keys].map(
    ({ id, kid, expiresAt, lastUsedAt }) =>
      `${kid === undefined ? 'secret' : 'key'} ${kid ?? id ?? ''}, until ${expiresAt ?? 'it is replaced'}` +
      (kid === undefined ? `, last used ${lastUsedAt ?? 'never'}` : ''),
  );
  const rows = [
    ['client', `${shown.id}  ${shown.name} (${shown.nameEn})`],
    ['status', shown.status],
    ['scopes', shown.scopes.join(' ') || 'none'],
    ['purposes', shown.purposes.join(' ')],
    ['mode', `${shown.mode}, variant ${shown.variant}, ad hoc ${shown.adHoc ? 'yes' : 'no'}`],
    ['limits', `${perSecond} a second, ${burst} at once, ${perDay} a day, ${concurrent} under way`],
    ...credentials.map((line) => ['', line]),
    ...(shown.history ?? []).map(({ at, action, detail }) => [at, `${action} ${detail ?? ''}`]),
  ];
  return tableLines(rows);
}
