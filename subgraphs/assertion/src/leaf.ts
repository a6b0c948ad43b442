/** One call as a leaf of the tree, and the header that gives its owner the leaf's place. */
import { hash } from 'node:crypto';
import type { Place } from './tree.ts';

/** Carries a call's leaf: `<salt>.<index>.<path>`, and `.<grant>,…` where the call rests on grants. */
export const leafHeader = 'onenet-leaf';

/** Bytes of the salt: without it, an owner could try out whom else the caller asked what. */
export const saltBytes = 16;

/** What a leaf says. */
export interface LeafCall {
  /** The owner's code. */
  readonly owner: string;
  readonly method: string;
  /** As in the request line: with its query. */
  readonly path: string;
  /** SHA-256 of the body; of nothing, where there is none. */
  readonly bodyHash: Buffer;
  /** The grant's id, or the ids of several, joined by commas; empty without one. */
  readonly grant: string;
}

/** The owner's share: with the assertion, all that it needs. */
export interface Leaf extends Place {
  readonly salt: Buffer;
  readonly grant: string;
}

const leafPrefix = Buffer.of(0x00);

/**
 * H(0x00 ‖ salt ‖ owner LF method LF path LF ‖ SHA-256 of the body ‖ grant). The line feeds, which
 * none of the three can hold, keep a call from being read as another whose parts are cut elsewhere.
 */
export function leafHash(salt: Buffer, { owner, method, path, bodyHash, grant }: LeafCall): Buffer {
  const called = Buffer.from(`${owner}\n${method}\n${path}\n`, 'utf8');
  return hash(
    'sha256',
    Buffer.concat([leafPrefix, salt, called, bodyHash, Buffer.from(grant, 'utf8')]),
    'buffer',
  );
}

/** SHA-256 of a body. */
export function bodyHashOf(body: string | Uint8Array): Buffer {
  return hash('sha256', body, 'buffer');
}

export function encodeLeaf({ salt, index, path, grant }: Leaf): string {
  const place = `${salt.toString('base64url')}.${index}.${path.toString('base64url')}`;
  return grant === '' ? place : `${place}.${grant}`;
}

/** Grants that a leaf can name. */
export const mostGrants = 16;

const written =
  /^([\w-]{22})\.(0|[1-9]\d{0,4})\.([\w-]{1,683})(?:\.([\w-]{1,64}(?:,[\w-]{1,64}){0,15}))?$/;

/** Reads the header; undefined when it is none, also when it is not written in the one way. */
export function parseLeaf(text: string): Leaf | undefined {
  const [, salt = '', index, path = '', grant = ''] = written.exec(text) ?? [];
  if (index === undefined) return undefined;
  const leaf = {
    salt: Buffer.from(salt, 'base64url'),
    index: Number(index),
    path: Buffer.from(path, 'base64url'),
    grant,
  };
  return encodeLeaf(leaf) === text ? leaf : undefined;
}
