/** The text of the subgraph `links`: for every id that may leave the owner, a field that follows it. */
import { keyField, references, type Reference } from '@onenet/contract';
import { print } from 'graphql';

/** The SDL for composition, derived from the contract's `@reference`. */
export function linksSdl(found: readonly Reference[] = references()): string {
  const owners = Map.groupBy(found, (reference) => reference.owner);
  // What is only led to needs a stub with its key: the province and the analytics know the rest.
  const targets = new Set(found.map((reference) => reference.type));
  const stubs = [...targets].filter((type) => !owners.has(type));
  return [
    `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"]
  )`,
    ...[...owners].map(([owner, fields]) => ownerType(owner, fields)),
    ...stubs.map(stubType),
  ].join('\n\n');
}

function ownerType(owner: string, fields: readonly Reference[]): string {
  const key = keyField(owner);
  return `type ${owner} @key(fields: "${key}") {
  ${key}: ID!
${fields.map(referenceFields).join('\n')}
}`;
}

function referenceFields({ idField, nullable, type, as, access }: Reference): string {
  const directives = access.map((directive) => ` ${print(directive)}`).join('');
  return `  ${idField}: ID${nullable ? '' : '!'} @external
  ${as}: ${type} @requires(fields: "${idField}")${directives}`;
}

function stubType(type: string): string {
  const key = keyField(type);
  return `type ${type} @key(fields: "${key}", resolvable: false) {
  ${key}: ID!
}`;
}
