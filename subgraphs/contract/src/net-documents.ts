/** Documents that were registered: of them a client may ask by name or by hash. */
import { hash } from 'node:crypto';
import { integer, object, text, texts, wrong } from './net-read.ts';

/** One version of a registered document; one that is retired is not in the snapshot. */
export interface NetDocument {
  readonly name: string;
  /** From 1; of several, the greatest is the one that the name alone means. */
  readonly version: number;
  /** SHA-256 of the text, hexadecimal. */
  readonly hash: string;
  readonly text: string;
  /** Ids of the clients that may ask it; null: all. */
  readonly clients: readonly string[] | null;
  /** What it is for, in Chinese and in English. */
  readonly description: string;
  readonly descriptionEn: string;
}

/** Whether it can name a document. */
export function isDocumentName(name: string): boolean {
  return /^[a-z][a-z0-9-]{1,62}$/.test(name);
}

/** What a document is asked by: SHA-256, hexadecimal. */
export function documentHash(document: string): string {
  return hash('sha256', document, 'hex');
}

/** Checks a document of a snapshot. */
export function parseDocumentEntry(value: unknown, where: string): NetDocument {
  const entry = object(value, where);
  const document = {
    name: text(entry['name'], `${where}.name`),
    version: integer(entry['version'], `${where}.version`),
    hash: text(entry['hash'], `${where}.hash`),
    text: text(entry['text'], `${where}.text`),
    clients: entry['clients'] === null ? null : texts(entry['clients'], `${where}.clients`),
    description: text(entry['description'], `${where}.description`),
    descriptionEn: text(entry['descriptionEn'], `${where}.descriptionEn`),
  };
  if (!isDocumentName(document.name)) throw wrong(`${where}.name`, document.name, 'a name');
  if (document.hash !== documentHash(document.text)) {
    throw wrong(`${where}.hash`, document.hash, 'the hash of its text');
  }
  return document;
}
