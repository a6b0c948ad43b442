/** When one type may stand for another: an output may promise more, an input takes exactly what is said. */
import { Kind, type TypeNode } from 'graphql';

/** Whether whoever expects `wanted` can read `there`: the same, or non-null where `wanted` is not. */
export function fitsAsOutput(there: TypeNode, wanted: TypeNode): boolean {
  if (there.kind === Kind.NON_NULL_TYPE) {
    return fitsAsOutput(there.type, wanted.kind === Kind.NON_NULL_TYPE ? wanted.type : wanted);
  }
  if (wanted.kind === Kind.NON_NULL_TYPE) return false;
  if (there.kind === Kind.LIST_TYPE) {
    return wanted.kind === Kind.LIST_TYPE && fitsAsOutput(there.type, wanted.type);
  }
  return wanted.kind === Kind.NAMED_TYPE && there.name.value === wanted.name.value;
}

/** Whether what was written for `before` is taken by `after`: the same, or nullable where it was not. */
export function fitsAsInput(before: TypeNode, after: TypeNode): boolean {
  return fitsAsOutput(before, after);
}

/** Whether two types are the same. */
export function isSameType(a: TypeNode | null, b: TypeNode | null): boolean {
  return typeText(a) === typeText(b);
}

/** As it is written in an SDL. A check asks it thousands of times: the general printer takes a seventh of one. */
export function typeText(type: TypeNode | null): string {
  if (type === null) return '';
  if (type.kind === Kind.NON_NULL_TYPE) return `${typeText(type.type)}!`;
  return type.kind === Kind.LIST_TYPE ? `[${typeText(type.type)}]` : type.name.value;
}
