/** Which list a gathered field is with its arguments, for its cursors, and who is in its scope. */
import { NetError, orderOf } from '@onenet/contract';
import { hash } from 'node:crypto';
import type { GatherField } from './gather-ask.ts';
import type { ListIdentity } from './net-cursor.ts';
import { valueAt, type Run, type Values } from './run.ts';
import { grantedOf, scopeOf, unknownPlatform, type Scope } from './scope.ts';

/**
 * What a cursor of this list belongs to: all arguments but paging, with the order made explicit.
 * `code`: of the platform or division whose list it is.
 */
export function listIdentity(
  run: Run,
  { rule, typeName, selected }: GatherField,
  code: string | undefined,
  args: Values,
): ListIdentity {
  const field = valueAt(args, ['orderBy', 'field']);
  const order = typeof field === 'string' ? field : rule.order;
  const asked = valueAt(args, ['orderBy', 'direction']) ?? rule.direction;
  const direction = asked === 'DESC' ? 'DESC' : 'ASC';
  const key = orderOf(rule.orderEnum, order, run.plan.source.schema)?.key;
  if (!key) throw new Error(`${rule.orderEnum}.${order} has no order.`);
  const others = Object.fromEntries(Object.entries(args).filter(([name]) => !paging.has(name)));
  const text = canonical([typeName, selected.name, code ?? null, direction, others]);
  return { list: hash('sha256', text, 'base64url').slice(0, 12), order, direction, key };
}

/** The owners that a list concerns. A platform's list concerns it alone. */
export function listScope(
  run: Run,
  { rule, module, typeName, selected }: GatherField,
  code: string | undefined,
  args: Values,
): Scope {
  const wanted = { module, coordinate: `${typeName}.${selected.name}` };
  if (typeName === 'Platform') {
    const owner = run.net.owner(code ?? '');
    if (!owner) throw unknownPlatform(code ?? '');
    return grantedOf(scopeOf([owner], wanted), wanted, run.offers);
  }
  const place = rule.place && valueAt(args, rule.place);
  const places = [code, place].filter((given) => typeof given === 'string');
  for (const given of places) {
    if (!divisionCode.test(given)) {
      throw new NetError(
        'UNKNOWN_DIVISION',
        `"${given}" is no division's code: 6, 9 or 12 digits.`,
      );
    }
  }
  const scope = grantedOf(run.net.scope(places, wanted), wanted, run.offers);
  const platforms = rule.platforms && valueAt(args, rule.platforms);
  if (!Array.isArray(platforms)) return scope;
  const named = new Set(platforms.map(String));
  for (const platform of named) if (!run.net.owner(platform)) throw unknownPlatform(platform);
  return {
    asked: scope.asked.filter((owner) => named.has(owner.code)),
    notAsked: scope.notAsked.filter((absence) => named.has(absence.platform)),
  };
}

const paging: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before', 'orderBy']);

/** 6, 9 or 12 digits. */
const divisionCode = /^\d{6}(?:\d{3}){0,2}$/;

/** JSON with sorted keys and without what is null: the same arguments give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([, member]) => member != null)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
