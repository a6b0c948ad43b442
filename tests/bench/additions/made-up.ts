/** Additions that a platform could have: a programme, its cards, fields on records and a mutation. */
import { additionPrefix, readAdditions } from '@onenet/contract';
import type { PlatformAdditions } from '@onenet/province';

/** As `readAdditions` takes them from the platform's SDL. */
export function madeUpAdditions(code: string): PlatformAdditions & {
  readonly coordinates: readonly string[];
} {
  const { type, field } = additionPrefix(code);
  const { additions, findings } = readAdditions(
    `type ${type}Programme @key(fields: "id") {
       id: ID!
       name: String
       functions: [${type}Function!]!
       since: DateTime
       organizationId: ID @reference(type: "Organization", as: "organization")
     }
     enum ${type}Function { PAYMENT DISCOUNT INSURANCE }
     type ${type}Card @key(fields: "id") {
       id: ID!
       usesCount: Int!
       number: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])
       memberId: ID @reference(type: "Member", as: "member")
     }
     input ${type}UseInput { idempotencyKey: ID! amountFen: Int! }
     extend type Query { ${field}Programmes: [${type}Programme!] }
     extend type Mutation { ${field}Use(input: ${type}UseInput!): ${type}Card }
     extend type Organization { ${field}CardCount: Int }
     extend type Member { ${field}Card: ${type}Card }`,
    code,
  );
  if (!additions) throw new Error(`${code}: ${findings[0]?.message ?? 'no additions'}`);
  return { code, ...additions };
}
