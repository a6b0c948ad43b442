/** `./onenet document …`: the documents that clients ask by name; all for the operator. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../options.ts';
import { callProvince, registryOptions } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { tableLines } from './table.ts';

const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;
const documentOption = {
  kind: 'text',
  default: '',
  help: 'its name, e.g. stations-near, or one version of it, e.g. stations-near@2',
} as const;

const addOptions = {
  document: { kind: 'text', default: '', help: 'its name: small letters, digits and -' },
  file: { kind: 'text', default: '', help: 'file with its text: GraphQL, one operation' },
  description: { kind: 'text', default: '', help: 'what it is for, in Chinese' },
  'description-en': { kind: 'text', default: '', help: 'what it is for, in English' },
  clients: { kind: 'list', default: [], help: 'ids of those that may ask it; all without it' },
  ...registryOptions,
} as const;

const listOptions = {
  retired: { kind: 'flag', default: false, help: 'those that are retired, too' },
  json: jsonOption,
  ...registryOptions,
} as const;

const showOptions = { document: documentOption, json: jsonOption, ...registryOptions } as const;
const retireOptions = { document: documentOption, ...registryOptions } as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  add: { help: 'register a document, or a new version of it', run: add },
  list: { help: 'the documents that may be asked', run: list },
  show: { help: 'a document with its text', run: show },
  retire: { help: 'a document, or one version of it, is asked no longer', run: retire },
};

export function document(args: readonly string[]): Promise<number> {
  return runSubcommand('document', subcommands, args);
}

interface ShownDocument {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly text: string;
  readonly clients: readonly string[] | null;
  readonly description: string;
  readonly descriptionEn: string;
  readonly status: string;
  readonly at: string;
}

function add(args: readonly string[], usage: string): Promise<number> {
  return runCommand(addOptions, args, usage, async (values) => {
    const text = await readText(required('file', values.file));
    const { body } = await callProvince(values, 'POST', 'access/documents', {
      name: required('document', values.document),
      text,
      description: required('description', values.description),
      descriptionEn: required('description-en', values['description-en']),
      ...(values.clients.length > 0 && { clients: values.clients }),
    });
    const { id, name, hash } = body as unknown as ShownDocument;
    console.log(`${id} is registered: GET /q/${name}, or documentId sha256:${hash}`);
    return 0;
  });
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const path = `access/documents${values.retired ? '?retired=true' : ''}`;
    const { body } = await callProvince(values, 'GET', path);
    const documents = body['documents'] as readonly ShownDocument[];
    if (values.json) console.log(JSON.stringify(documents));
    else {
      const rows = documents.map((each) => [
        each.id,
        each.status,
        each.clients?.join(' ') ?? 'all',
        each.description,
      ]);
      console.log(tableLines([['document', 'status', 'clients', 'for'], ...rows]).join('\n'));
    }
    return 0;
  });
}

function show(args: readonly string[], usage: string): Promise<number> {
  return runCommand(showOptions, args, usage, async (values) => {
    const { body } = await callProvince(values, 'GET', pathOf(values.document));
    const documents = body['documents'] as readonly ShownDocument[];
    if (values.json) console.log(JSON.stringify(documents));
    else {
      for (const each of documents) {
        console.log(`# ${each.id}, ${each.status} (${each.at}), sha256:${each.hash}`);
        console.log(`# ${each.description} | ${each.descriptionEn}`);
        console.log(each.text.trimEnd());
      }
    }
    return 0;
  });
}

function retire(args: readonly string[], usage: string): Promise<number> {
  return runCommand(retireOptions, args, usage, async (values) => {
    await callProvince(values, 'DELETE', pathOf(values.document));
    console.log(`${values.document} is asked no longer.`);
    return 0;
  });
}

function pathOf(name: string): string {
  return `access/documents/${encodeURIComponent(required('document', name))}`;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`--file ${file} cannot be read.`);
  }
}
