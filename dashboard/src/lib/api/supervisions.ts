/** 督办: what a leader asks an owner about a case or a figure, and what an owner answers. */
import { ask } from './client.ts';
import { object, text } from './read.ts';

/** What is asked about: one request, or a figure as the asker saw it. */
export type SupervisionSubject = { readonly platform: string } & (
  | { readonly requestId: string; readonly title: string }
  | {
      readonly metric: string;
      readonly value: number | null;
      /** RFC 3339, at or after; null: not said. */
      readonly periodFrom: string | null;
      readonly periodTo: string | null;
    }
);

export interface AskedSupervision {
  readonly platform: string;
  readonly office: string;
  readonly question: string;
  /** RFC 3339; null: five working days. */
  readonly dueAt: string | null;
  readonly requestId?: string;
  readonly metric?: string;
  readonly value?: number | null;
  readonly periodFrom?: string | null;
  readonly periodTo?: string | null;
}

export const supervisionResults = ['SETTLED', 'IN_HAND', 'EXPLAINED'] as const;
export type SupervisionResult = (typeof supervisionResults)[number];

export type SupervisionStep =
  | { readonly step: 'answer'; readonly answer: string; readonly result: SupervisionResult }
  | { readonly step: 'return'; readonly question: string; readonly dueAt: string | null }
  | { readonly step: 'close' };

const payload = object({ done: object({ supervision: object({ id: text }) }) });

export async function askSupervision(
  asked: AskedSupervision,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<void> {
  const document = /* GraphQL */ `
    mutation AskSupervision($input: AskSupervisionInput!) {
      done: askSupervision(input: $input) {
        supervision {
          id
        }
      }
    }
  `;
  await ask(document, { input: { ...asked, idempotencyKey } }, payload, signal);
}

const stepDocuments = {
  answer: /* GraphQL */ `
    mutation AnswerSupervision($input: AnswerSupervisionInput!) {
      done: answerSupervision(input: $input) {
        supervision {
          id
        }
      }
    }
  `,
  return: /* GraphQL */ `
    mutation ReturnSupervision($input: ReturnSupervisionInput!) {
      done: returnSupervision(input: $input) {
        supervision {
          id
        }
      }
    }
  `,
  close: /* GraphQL */ `
    mutation CloseSupervision($input: SupervisionStepInput!) {
      done: closeSupervision(input: $input) {
        supervision {
          id
        }
      }
    }
  `,
};

export async function takeSupervisionStep(
  id: string,
  { step, ...said }: SupervisionStep,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<void> {
  await ask(stepDocuments[step], { input: { id, ...said, idempotencyKey } }, payload, signal);
}
