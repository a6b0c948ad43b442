/** A root field that names its one owner: who that is, and what becomes of its answer. */
import { NetError, parseId, type NetOwner } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { additionOwner } from '../additions/added-by.ts';
import { errorAt, failed, type ResponsePath } from './failure.ts';
import type { Part } from './owner-answer.ts';
import type { RouteField } from './plan.ts';
import {
  argumentsOf,
  caught,
  missingPart,
  noteIncident,
  valueAt,
  type Outcome,
  type Run,
  type Values,
} from './run.ts';
import { ownerToAsk } from './scope.ts';

/** The owner that the arguments name. Throws a `NetError` when there is none to ask. */
export function ownerOf(run: Run, field: RouteField, args: Values): NetOwner {
  if (field.rule === 'ADDITION') {
    return additionOwner(run, `${field.typeName}.${field.selected.name}`);
  }
  const named = valueAt(args, field.rule.path);
  const text = typeof named === 'string' ? named : '';
  const code = field.rule.names === 'PLATFORM' ? text : parseId(text).platform;
  const coordinate = `${field.typeName}.${field.selected.name}`;
  return ownerToAsk(run.net, code, { module: field.module, coordinate }, run.offers);
}

/** A routed field's owner, or the error that stands in its place. */
export function tryOwnerOf(run: Run, field: RouteField): NetOwner | NetError {
  try {
    return ownerOf(run, field, argumentsOf(run, field.typeName, field.selected.node));
  } catch (error) {
    return caught(run, error);
  }
}

/** The part that one owner answered, with its errors at their places below `path`. */
export function partOutcome(
  run: Run,
  platform: string,
  part: Part<unknown>,
  path: ResponsePath,
): Outcome {
  if (!part.ok) {
    return { value: null, errors: [errorAt(path, missingPart(run, platform, part.failure))] };
  }
  return { value: part.value, errors: partErrors(run, platform, part, path) };
}

/** Errors within a part, and the fields for which its owner was not asked. */
export function partErrors(
  run: Run,
  platform: string,
  part: Extract<Part<unknown>, { ok: true }>,
  path: ResponsePath,
): GraphQLFormattedError[] {
  return [
    ...part.errors.map((error) => {
      const known = error.code && new NetError(error.code, undefined, { platform });
      const failure = failed('INVALID', 'an error of its own');
      const incident = known ? undefined : noteIncident(run, platform, failure);
      const shown =
        known ?? new NetError('OWNER_FAILED', undefined, { platform, reason: 'INVALID', incident });
      return errorAt([...path, ...error.path], shown);
    }),
    ...part.pruned
      .filter((pruned) => pruned.path.length === 0 || reaches(part.value, pruned.path))
      .map((pruned) =>
        errorAt(
          [...path, ...pruned.path],
          new NetError(pruned.code, undefined, { platform, reason: pruned.code }),
        ),
      ),
  ];
}

/** Whether the answer has the object in which a field was left out. */
function reaches(value: unknown, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (Array.isArray(value)) return value.some((item) => reaches(item, keys));
  if (typeof value !== 'object' || value === null || key === undefined) return false;
  return rest.length === 0 || reaches(valueAt({ ...value }, [key]), rest);
}
