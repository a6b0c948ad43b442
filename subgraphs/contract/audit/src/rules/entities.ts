/** Records by their key: `_entities`, and ids that lead to their owner. */
import { routeOf } from '@onenet/contract';
import { getNamedType, isObjectType } from 'graphql';
import type { Node } from '../lists.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { cameIn, dataOf, type AuditedServer } from '../server.ts';

export const entityRules: readonly Rule[] = [
  {
    id: 'M4',
    level: 'MUST',
    title: '`_entities` answers every representation in its place, null for what is not there',
    module: 'core',
    async check(server) {
      let checked = 0;
      for (const list of server.offered.lists) {
        const nodes = (await server.lists.sample(list)).slice(0, 3);
        if (nodes.length > 0) checked += 1;
        await entitiesInOrder(server, list.node.name, nodes);
      }
      await platformItself(server);
      if (checked === 0) return 'only that unknown ids are null: the lists are empty';
      return undefined;
    },
  },
  {
    id: 'M5',
    level: 'MUST',
    title: 'An id is `<code>:<local id>`, and leads back to its record',
    module: 'core',
    async check(server) {
      let checked = 0;
      for (const list of server.offered.lists) {
        const fields = server.offered.fields(list.node.name).map(({ name }) => name);
        const nodes = await server.lists.sample(
          list,
          fields.includes('platformCode') ? 'platformCode' : '',
        );
        for (const node of nodes) idIsOwn(server, list.name, node);
        const [first] = nodes;
        if (first) {
          await leadsBack(server, list.node.name, first.id);
          checked += 1;
        }
      }
      if (checked === 0) throw new NotChecked('every list is empty: load records first');
    },
  },
];

async function entitiesInOrder(
  server: AuditedServer,
  type: string,
  nodes: readonly Node[],
): Promise<void> {
  const ids = nodes.map(({ id }) => id);
  const unknown = [`${server.code}:audit-no-such-record`, '000000:of-another-platform', 'no id'];
  // Known ones between unknown ones, and one twice.
  const asked = [unknown[0], ...ids, unknown[1], ...ids.slice(0, 1), unknown[2]];
  const wanted = [null, ...ids, null, ...ids.slice(0, 1), null];
  const exchange = await server.ask(
    `query($representations: [_Any!]!) { _entities(representations: $representations) {
      __typename ... on ${type} { id }
    } }`,
    { variables: { representations: asked.map((id) => ({ __typename: type, id })) } },
  );
  const { _entities: answered } = dataOf(exchange);
  const got = (Array.isArray(answered) ? answered : []).map((each: Partial<Node> | null) =>
    each === null ? null : each.id,
  );
  must(
    JSON.stringify(got) === JSON.stringify(wanted),
    exchange.sent,
    () => cameIn(exchange),
    `The records in this order: ${shown(wanted)}.`,
  );
}

/** A platform answers for itself, and knows no other one. */
async function platformItself(server: AuditedServer): Promise<void> {
  const exchange = await server.ask(
    `{ _entities(representations: [
      { __typename: "Platform", code: "000000" } { __typename: "Platform", code: "${server.code}" }
    ]) { ... on Platform { code } } }`,
  );
  must(
    JSON.stringify(dataOf(exchange)['_entities']) === JSON.stringify([null, { code: server.code }]),
    exchange.sent,
    () => cameIn(exchange),
    `[null, {"code": "${server.code}"}]: another platform's lists are that platform's to answer.`,
  );
}

function idIsOwn(server: AuditedServer, list: string, node: Node): void {
  const prefix = `${server.code}:`;
  const sent = `${list}: every node's id and platformCode`;
  must(
    node.id.startsWith(prefix) && node.id.length > prefix.length,
    sent,
    () => node.id,
    `An id that begins with "${prefix}".`,
  );
  must(
    node['platformCode'] === undefined || node['platformCode'] === server.code,
    sent,
    () => `${node.id} has platformCode ${shown(node['platformCode'])}`,
    `platformCode "${server.code}".`,
  );
}

/** The root field that takes the id gives the record; for an unknown one, null. */
async function leadsBack(server: AuditedServer, type: string, id: string): Promise<void> {
  const field = server.offered
    .fields('Query')
    .find(
      ({ name, type: of, args }) =>
        isObjectType(getNamedType(of)) &&
        getNamedType(of).name === type &&
        args.some((arg) => arg.name === 'id') &&
        routeOf('Query', name) !== undefined,
    );
  if (!field) return;
  const exchange = await server.ask(
    `query($id: ID!, $none: ID!) { record: ${field.name}(id: $id) { id } none: ${field.name}(id: $none) { id } }`,
    { variables: { id, none: `${server.code}:audit-no-such-record` } },
  );
  must(
    JSON.stringify(dataOf(exchange)) === JSON.stringify({ record: { id }, none: null }),
    exchange.sent,
    () => cameIn(exchange),
    `{"record": {"id": "${id}"}, "none": null}`,
  );
}
