/** The orders of a list, read from the contract: what each sorts by, and how a cursor holds its key. */
import { contractSchema, gatherOf, orderOf, type Direction } from '@onenet/contract';
import { isEnumType } from 'graphql';
import { listIndex } from './rows.ts';

/** An order as asked for. */
export interface ListOrder {
  /** The value of the list's order enum. */
  readonly name: string;
  readonly direction: Direction;
  /** The stored field that it sorts by: the contract's own name. */
  readonly field: string;
  readonly key: 'STRING' | 'TIME' | 'INT';
  /** All fields that the list may be sorted by, each with an index. */
  readonly indexed: readonly string[];
}

/** The order argument of a list. */
export interface OrderInput {
  readonly field: string;
  readonly direction: Direction;
}

/** The order of a root list, e.g. `serviceRequests`: as given, else the contract's default. */
export function listOrder(list: string, given: OrderInput | null | undefined): ListOrder {
  const rule = ruleOf(list);
  const name = given?.field ?? rule.defaultName;
  return {
    ...orderRule(rule.orderEnum, name),
    direction: given?.direction ?? rule.direction,
    indexed: rule.fields,
  };
}

/** The fields that a list may be sorted by. */
export function orderFields(list: string): readonly string[] {
  return ruleOf(list).fields;
}

interface ListRule {
  readonly orderEnum: string;
  readonly defaultName: string;
  readonly direction: Direction;
  readonly fields: readonly string[];
}

type OrderRule = Pick<ListOrder, 'name' | 'field' | 'key'>;

const rules = new Map<string, ListRule>();
const orders = new Map<string, OrderRule>();

function ruleOf(list: string): ListRule {
  const known = rules.get(list);
  if (known) return known;
  const gather = gatherOf('Query', list);
  if (!gather) throw new Error(`${list} is not a list of the contract.`);
  const { orderEnum, order: defaultName, direction } = gather;
  const type = contractSchema().getType(orderEnum);
  if (!isEnumType(type)) throw new Error(`${orderEnum} is no enum of the contract.`);
  const fields = type.getValues().map(({ name }) => orderRule(orderEnum, name).field);
  const rule = { orderEnum, defaultName, direction, fields };
  rules.set(list, rule);
  return rule;
}

function orderRule(orderEnum: string, name: string): OrderRule {
  const known = orders.get(`${orderEnum}.${name}`);
  if (known) return known;
  const rule = orderOf(orderEnum, name);
  const field = rule?.path[0];
  if (!rule || !field) throw new Error(`${orderEnum} has no ${name}.`);
  const order = { name, field, key: rule.key };
  orders.set(`${orderEnum}.${name}`, order);
  return order;
}

/** The indexes of a list, one for each order. A distance is not stored: another index serves it. */
export function listIndexes(list: string): { readonly key: Record<string, 1> }[] {
  return orderFields(list)
    .filter((field) => field !== 'distanceMetres')
    .map((field) => ({ key: listIndex(field) }));
}
