/** What a rule is, and how a check says what it saw. */
import type { ModuleName } from '@onenet/contract';
import type { AuditedServer } from './server.ts';

/** One rule of CONTRACT.md as a check. Id, level and title are those of the text. */
export interface Rule {
  readonly id: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly title: string;
  /** The module that it belongs to; a platform without it is not checked. */
  readonly module: ModuleName;
  /** It changes data: checked on request only. */
  readonly writes?: true;
  /** Throws a `Violation` or a `NotChecked`; a text says what was left unchecked and why. */
  check(server: AuditedServer): Promise<string | void>;
}

/** The rule is broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** What was sent, as one would type it. */
  readonly sent: string;
  readonly came: string;
  readonly wanted: string;

  constructor(sent: string, came: string, wanted: string) {
    super(`${wanted} Came: ${came}`);
    this.sent = sent;
    this.came = came;
    this.wanted = wanted;
  }
}

/** The rule could not be checked here. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked';
}

/** Throws the violation unless it holds. */
export function must(
  holds: boolean,
  sent: string,
  came: () => unknown,
  wanted: string,
): asserts holds {
  if (!holds) throw new Violation(sent, shown(came()), wanted);
}

/** A value for a report: short enough to read. */
export function shown(value: unknown, most = 400): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > most ? `${text.slice(0, most)} … (${text.length} characters)` : text;
}
