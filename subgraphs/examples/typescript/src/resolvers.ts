/** The contract's fields: most are columns of the same name, so only the others stand here. */
import { run, type Commands, type Input } from './commands.ts';
import { contentCommands } from './content.ts';
import type { Context, Row } from './context.ts';
import { NetError, badInput } from './errors.ts';
import { parseId } from './ids.ts';
import { listOf, type ListArguments } from './lists.ts';
import { joinCodeFields, memberCommands } from './members.ts';
import { requestCommands } from './requests.ts';
import { dateTime } from './times.ts';

/** All that the contract's modules can do. */
const commands: Commands = {
  ...requestCommands,
  ...memberCommands,
  ...contentCommands,
};

/** Type → the view that holds its records. */
export const records: Readonly<Record<string, string>> = {
  Organization: 'organization',
  Station: 'station',
  ServiceRequest: 'service_request',
  Member: 'member',
  JoinCode: 'join_code',
  Article: 'article',
};

type Resolver<Parent, Arguments> = (parent: Parent, given: Arguments, context: Context) => unknown;

/** A resolver for each name. */
function each<Parent, Arguments>(
  names: readonly string[],
  make: (name: string) => Resolver<Parent, Arguments>,
): Record<string, Resolver<Parent, Arguments>> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

const listNames = [
  'organizations',
  'stations',
  'serviceRequests',
  'members',
  'joinCodes',
  'articles',
];
const lists = each<unknown, ListArguments>(listNames, (name) => (_root, given, context) => {
  return listOf(context, name, given);
});
const placeLists = each<Row, ListArguments>(listNames, (name) => (place, given, context) => {
  return listOf(context, name, given, { within: String(place['code']) });
});
const ownLists = each<Row, ListArguments>(
  ['stations', 'serviceRequests', 'members'],
  (name) => (parent, given, context) => {
    return listOf(context, name, given, { owner: ['organizationId', String(parent['id'])] });
  },
);
const byId = Object.fromEntries(
  Object.entries(records).map(([type, view]) => {
    const find: Resolver<unknown, { id: string }> = (_root, { id }, context) => {
      parseId(id);
      return context.records(view).get(id);
    };
    return [`${type[0]?.toLowerCase()}${type.slice(1)}`, find];
  }),
);

const steps: Readonly<Record<string, string>> = {
  STATUS: 'RequestStatusStep',
  FEEDBACK: 'RequestFeedbackStep',
  RATING: 'RequestRatingStep',
  SUPERVISION: 'RequestSupervisionStep',
  REMINDER: 'RequestReminderStep',
  OVERDUE: 'RequestOverdueStep',
  ESCALATION: 'RequestEscalationStep',
  TRANSFER: 'RequestTransferStep',
};

export const resolvers = {
  DateTime: dateTime,
  Query: { ...lists, ...byId },
  Platform: { ...lists, eventTotals, mediaChannels },
  Division: placeLists,
  Organization: ownLists,
  ServiceRequest: {
    overdue,
    history,
    feedbackCount: async (row: Row, _given: object, context: Context) =>
      (await stepsOf(context, row)).filter(({ step }) => step === 'FEEDBACK').length,
    applicantName: personal('requests:personal', 'help_request', 'id', 'applicant'),
    applicantPhone: personal('requests:personal', 'help_request', 'id', 'applicant_tel'),
    description: personal('requests:personal', 'help_request', 'id', 'details'),
  },
  Member: {
    name: personal('members:personal', 'membership', 'id', 'full_name'),
    phone: personal('members:personal', 'membership', 'id', 'tel'),
    identityNumber: personal('members:personal', 'membership', 'id', 'identity'),
    family: (row: Row, _given: object, context: Context) =>
      linesOf(context, 'family_member', 'membership', row),
    // We ask no departments.
    checks: () => [],
  },
  FamilyMember: { name: personal('members:personal', 'relative', 'line', 'full_name') },
  JoinCode: joinCodeFields,
  Article: { comments },
  RequestStep: { __resolveType: ({ step }: Row) => steps[String(step)] },
  RequestFeedbackStep: { text: personal('requests:personal', 'help_request_log', 'line', 'said') },
  Mutation: each<unknown, { input: Input }>(
    Object.keys(commands),
    (name) =>
      async (_root, { input }, context) => {
        const command = commands[name];
        if (!command) throw new Error(`There is no command ${name}.`);
        return { [command.payload]: await run(context, name, command, input) };
      },
  ),
};

/** What the sidecar has numbered of our events. */
function eventTotals(_platform: Row, _given: object, context: Context): Promise<Row[]> {
  return context.rows(
    `SELECT type, events, count, through_sequence AS "throughSequence"
    FROM onenet.event_totals ORDER BY type COLLATE "C"`,
  );
}

function mediaChannels(_platform: Row, _given: object, context: Context): Promise<Row[]> {
  return context.rows('SELECT * FROM contract.media_channel ORDER BY id');
}

function comments(article: Row, given: ListArguments, context: Context) {
  return listOf(context, 'comments', given, { owner: ['articleId', String(article['id'])] });
}

/** Not resolved at its deadline, or resolved after it. */
function overdue(row: Row, _given: object, { now }: Context): boolean | null {
  const due = row['dueAt'] as Date | null;
  if (due === null || row['status'] === 'TRANSFERRED') return null;
  return ((row['closedAt'] as Date | null) ?? now) > due;
}

/** Oldest first; with `newest` the last ones only. */
async function history(
  row: Row,
  { newest }: { readonly newest?: number | null },
  context: Context,
): Promise<readonly Row[]> {
  if (newest != null && (newest < 1 || newest > 100)) {
    throw badInput(`\`newest: ${newest}\` is out of range: from 1 to 100.`);
  }
  const found = await stepsOf(context, row);
  return newest == null ? found : found.slice(-newest);
}

function stepsOf(context: Context, row: Row): Promise<readonly Row[]> {
  return linesOf(context, 'request_step', 'request', row);
}

/** What hangs on a record, oldest first. */
async function linesOf(
  context: Context,
  view: string,
  owner: string,
  row: Row,
): Promise<readonly Row[]> {
  const batch = context.batch(view, async (ids) => {
    const query = `SELECT * FROM contract.${view} WHERE ${owner} = ANY($1) ORDER BY line`;
    return Map.groupBy(await context.rows(query, [ids]), (line) => String(line[owner]));
  });
  return ((await batch.get(String(row['id']))) ?? []) as readonly Row[];
}

/** A personal field is in no view: refused without its scope, read only with it. */
function personal(
  scope: string,
  table: string,
  key: string,
  column: string,
): Resolver<Row, object> {
  return async (row, _given, context) => {
    if (!context.scopes.has(scope)) {
      throw new NetError('SCOPE_REQUIRED', `The field needs the scope ${scope}.`, { scope });
    }
    const query = `SELECT ${column} AS value FROM ${table} WHERE ${key} = $1`;
    const [found] = await context.rows(query, [row[key]]);
    return found?.['value'] ?? null;
  };
}
