/** Selections that are derived from what is offered: whole records, without cursors inside cursors. */
import { isNetField } from '@onenet/contract';
import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  type GraphQLField,
} from 'graphql';
import { isPersonal } from './personal.ts';
import type { Offered } from './offered.ts';

export interface SelectionOptions {
  /** Whether what is behind a scope is asked for as well; default false. */
  readonly personal?: boolean;
  /** Levels of composite fields that are followed; default 4: connection, edge, record and what it holds. */
  readonly depth?: number;
}

/** Every offered field of a type, and of what it holds. */
export function selectionOf(
  offered: Offered,
  typeName: string,
  { personal = false, depth = 4 }: SelectionOptions = {},
): string {
  const parts: string[] = [];
  for (const field of offered.fields(typeName)) {
    if (isNetField(typeName, field.name) || (!personal && isPersonal(field))) continue;
    const type = getNamedType(field.type);
    if (isLeafType(type)) {
      parts.push(field.name);
    } else if (depth > 1 && (isObjectType(type) || isInterfaceType(type))) {
      const inner = insideOf(offered, type, { personal, depth: depth - 1 });
      if (inner) parts.push(`${field.name}${pageOfOne(field)} { ${inner} }`);
    }
  }
  return parts.join(' ');
}

function insideOf(
  offered: Offered,
  type: Parameters<Offered['possibleTypes']>[0],
  options: SelectionOptions,
): string {
  if (isObjectType(type)) return selectionOf(offered, type.name, options);
  const common = offered.fields(type.name).map(({ name }) => name);
  const each = offered.possibleTypes(type).map((possible) => {
    const inner = selectionOf(offered, possible.name, options);
    return inner ? ` ... on ${possible.name} { ${inner} }` : '';
  });
  return ['__typename', ...common].join(' ') + each.join('');
}

/** Lists within records are not what is read here: one row shows what they hold. */
function pageOfOne(field: GraphQLField<unknown, unknown>): string {
  return field.args.some(({ name }) => name === 'first') ? '(first: 1)' : '';
}
