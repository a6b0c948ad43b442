/** What goes wrong leaves as a code of the one table, and nothing of the inside with it. */
import { isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import { getNamedType } from 'graphql';
import { must, type Rule } from '../rule.ts';
import { cameIn, codesOf, type AuditedServer, type Exchange } from '../server.ts';

export const errorRules: readonly Rule[] = [
  {
    id: 'M14',
    level: 'MUST',
    title: 'Every error has a code of the one table, and shows nothing of the inside',
    module: 'core',
    async check(server) {
      for (const [query, variables, code] of provoked(server)) {
        const exchange = await server.ask(query, variables ? { variables } : {});
        must(
          codesOf(exchange).includes(code),
          exchange.sent,
          () => cameIn(exchange),
          `An error with extensions.code ${code}.`,
        );
        wellWritten(exchange);
      }
    },
  },
];

type Provoked = readonly [string, Readonly<Record<string, unknown>> | undefined, NetErrorCode];

/** One request for each code that a read can earn. */
function provoked(server: AuditedServer): readonly Provoked[] {
  const { offered } = server;
  const withFilter = offered.lists.flatMap(({ name, filter, filterFields }): Provoked[] => {
    const has = (field: string): boolean => filterFields.some((each) => each.name === field);
    const query = `query($filter: ${filter?.name ?? ''}) { ${name}(filter: $filter) { totalCount } }`;
    return [
      ...(has('place')
        ? ([[query, { filter: { place: '999999' } }, 'UNKNOWN_DIVISION']] as const)
        : []),
      ...filterFields
        .filter((field) => getNamedType(field.type).name === 'ID' && field.name.endsWith('Id'))
        .map((field): Provoked => [query, { filter: { [field.name]: 'no colon' } }, 'BAD_ID']),
    ];
  });
  const needing = offered.lists.flatMap(({ name, orderType, orders }) =>
    orders
      .filter(({ rule, direction }) => rule.needs !== undefined && direction === 'ASC')
      .map((order): Provoked => [
        `query($order: ${orderType}) { ${name}(orderBy: $order) { totalCount } }`,
        { order: { field: order.name, direction: 'ASC' } },
        'BAD_INPUT',
      ]),
  );
  const byId = offered
    .fields('Query')
    .filter(({ args }) => args.some(({ name }) => name === 'id'))
    .map(({ name }): Provoked => [`{ ${name}(id: "no colon") { id } }`, undefined, 'BAD_ID']);
  return [
    ['{', undefined, 'BAD_REQUEST'],
    ['{ notInTheContract }', undefined, 'BAD_REQUEST'],
    ...byId,
    ...withFilter,
    ...needing,
  ];
}

/** What betrays a stack, a query or a driver. */
const inside =
  /node_modules|Traceback|\bat .+:\d+:\d+|\.py", line|SELECT .+ FROM|MongoServerError/i;

function wellWritten(exchange: Exchange): void {
  for (const { message = '', extensions } of exchange.errors) {
    must(
      isNetErrorCode(extensions?.['code']),
      exchange.sent,
      () => cameIn(exchange),
      'Codes of the table in CONTRACT.md only.',
    );
    must(
      !inside.test(`${message} ${JSON.stringify(extensions)}`),
      exchange.sent,
      () => cameIn(exchange),
      'A message for the caller; stacks, queries and file names go to the log.',
    );
  }
}
