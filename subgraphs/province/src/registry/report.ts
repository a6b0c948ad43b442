/** The report of a publish: one step after another, each with what was found, bounded in size. */

export const stepNames = [
  'VALID',
  'CONFORMS',
  'ADDITIONS',
  'BREAKING',
  'ADDRESS',
  'PROBE',
] as const;
export type StepName = (typeof stepNames)[number];

/** One thing that was found. Not every finding refuses: some only tell. */
export interface Finding {
  readonly code: string;
  /** Schema coordinate, e.g. `Query.serviceRequests(filter:)`. */
  readonly coordinate?: string;
  /** Line in the SDL that was sent, from 1. */
  readonly line?: number;
  readonly message: string;
}

export interface Step {
  readonly step: StepName;
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

export interface Report {
  readonly admitted: boolean;
  /** The number given; null: refused. */
  readonly version: number | null;
  /** In the order in which they were taken; the first that is not ok is the last. */
  readonly steps: readonly Step[];
}

/** Findings that one step may have; a wrong SDL of a megabyte could have thousands. */
const maxFindings = 50;
/** Characters that a message may have: it may quote what a stranger wrote. */
const maxMessage = 600;
const maxCoordinate = 200;

/** A step with its findings, cut to their bounds; what was cut is said. */
export function step(name: StepName, ok: boolean, findings: readonly Finding[] = []): Step {
  const kept = findings.slice(0, maxFindings).map(bounded);
  const more = findings.length - kept.length;
  if (more > 0) kept.push({ code: 'MORE', message: `And ${more} more of this step.` });
  return { step: name, ok, findings: kept };
}

function bounded(finding: Finding): Finding {
  const { code, coordinate, line, message } = finding;
  return {
    code,
    ...(coordinate === undefined ? {} : { coordinate: cut(coordinate, maxCoordinate) }),
    ...(line === undefined ? {} : { line }),
    message: cut(message, maxMessage),
  };
}

function cut(text: string, most: number): string {
  // Control characters would let a stranger's text write on the reader's terminal.
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (sign) => (sign === '\n' ? ' ' : '�'));
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}
