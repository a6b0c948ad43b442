/** Life cycles: which mutation leads a record from which status to which, as tables from `@step`. */
import type { GraphQLSchema } from 'graphql';
import { actorsOf, isLocal, stepOf, type StepRule } from '../directives.ts';
import { blocks, code, table } from './markdown.ts';

/** The tables of the records whose life these mutations are steps of. */
export function lifeCycles(mutations: readonly string[], schema: GraphQLSchema): string {
  const steps = mutations.flatMap((name) => {
    const step = stepOf(name, schema);
    return step ? [{ name, step }] : [];
  });
  const byRecord = Map.groupBy(steps, ({ step }) => step.of);
  return blocks(
    [...byRecord].map(([record, ofRecord]) =>
      blocks(
        `**Life of ${code(record)}**`,
        table(
          ['mutation', 'from', 'to', 'by'],
          ofRecord.map(({ name, step }) => [code(name), fromText(step), toText(step), who(name)]),
        ),
      ),
    ),
  );
}

/** Who may call a mutation. */
export function who(name: string): string {
  const kinds = (actorsOf(name) ?? []).map((kind) => kind.toLowerCase()).join(', ');
  return isLocal(name) ? `${kinds}; own front end only` : kinds;
}

function fromText({ from }: StepRule): string {
  return from.length === 0 ? '(new)' : from.map(code).join(', ');
}

function toText({ to }: StepRule): string {
  return to === null ? 'stays' : code(to);
}
