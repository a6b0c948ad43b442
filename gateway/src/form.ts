/** How a request is written and its answer read: GraphQL over HTTP, or REST. What lies between is the same. */
import type { NetSnapshot } from '@onenet/contract';
import type { IncomingMessage } from 'node:http';
import type { Known } from './callers/callers.ts';
import type { Answer } from './envelope.ts';
import type { Generation } from './generation.ts';
import type { GraphQLParams } from './http-request.ts';
import type { PreparedOperation } from './prepared.ts';

/** What a request is read in. */
export interface Surroundings {
  readonly net: NetSnapshot;
  readonly generation: Generation;
  readonly known: Known;
}

/** What an operation came to. */
export interface Done {
  readonly answer: Answer;
  /** The HTTP status of a refusal that has one of its own. */
  readonly status: number | undefined;
  /** Undefined where it did not come to that. */
  readonly operation: PreparedOperation | undefined;
}

/** An answer as it leaves. */
export interface Written {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Form {
  /** Refuses a request whose answer could not be written as it wants. */
  accept(request: IncomingMessage): void;
  read(request: IncomingMessage, around: Surroundings): Promise<GraphQLParams>;
  write(done: Done): Written;
}
