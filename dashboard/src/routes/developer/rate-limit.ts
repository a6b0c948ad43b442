/** Reads `RateLimit-Policy` and `RateLimit`, as the gateway writes them (draft-ietf-httpapi-ratelimit-headers-10). */

/** What may be asked in one window, and what is left of it. */
export interface Quota {
  /** `burst`, `day`, `under-way`. */
  readonly name: string;
  readonly most: number;
  /** Null where nothing is said of it. */
  readonly left: number | null;
  /** Until it is whole again. */
  readonly seconds: number | null;
}

/** The quotas that an answer tells; empty where it tells none. */
export function readQuotas(headers: Headers): readonly Quota[] {
  const state = new Map(
    items(headers.get('ratelimit')).map((item) => [item.name, item.parameters]),
  );
  return items(headers.get('ratelimit-policy')).flatMap(({ name, parameters }) => {
    const most = numberOf(parameters.get('q'));
    if (most === null) return [];
    const left = state.get(name);
    return [{ name, most, left: numberOf(left?.get('r')), seconds: numberOf(left?.get('t')) }];
  });
}

interface Item {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** A list of strings with parameters: `"burst";q=10;w=2, "day";q=…`. */
function items(header: string | null): readonly Item[] {
  if (header === null || header === '') return [];
  return header.split(',').map((item) => {
    const [name = '', ...parameters] = item.trim().split(';');
    const pairs = parameters.map((parameter) => {
      const [key = '', value = ''] = parameter.split('=');
      return [key.trim(), value.trim()] as const;
    });
    return { name: name.replaceAll('"', ''), parameters: new Map(pairs) };
  });
}

function numberOf(value: string | undefined): number | null {
  const number = value === undefined ? NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}
