/** Reads a `platform.json` strictly: an error names the file and the field. Long, since each field stands beside its check. */
import {
  connectionStatuses,
  contractModules,
  contractVersions,
  eventTypes,
  isPlatformCode,
  platformKinds,
} from '@onenet/contract';
import type { EventTypeName } from '@onenet/contract';
import { cardFunctions } from './definition.ts';
import type { FigureCount, FigureInDemo, PlatformDefinition } from './definition.ts';
import { divisions } from './divisions.ts';
import { channels } from './records.ts';
import { contactFault, type ResponsibleOffice } from './responsible.ts';

/** Parses and checks one definition. `file` is what errors call it. */
export function parseDefinition(text: string, file: string): PlatformDefinition {
  const json = parseJson(text, file);
  const top = new Fields(json, file, '');
  const definition: PlatformDefinition = {
    code: top.text('code'),
    name: top.text('name'),
    nameEn: top.text('nameEn'),
    kind: top.oneOf('kind', platformKinds),
    parent: top.nullable('parent', (field) => top.text(field)),
    portOffset: top.integer('portOffset', 0, 999),
    connection: top.oneOf('connection', connectionStatuses),
    serves: top.list('serves', (value, at) => top.check(value, at, isDivision, 'a division code')),
    modules: top.list('modules', (value, at) =>
      top.check(value, at, isModule, 'a contract module'),
    ),
    ...(top.has('contractVersion') && {
      contractVersion: top.oneOf('contractVersion', contractVersions),
    }),
    position: top.object('position', (fields) => ({
      latitude: fields.number('latitude', 18, 54),
      longitude: fields.number('longitude', 73, 136),
    })),
    responsible: top.object('responsible', parseResponsible),
    ...(top.has('frontEnd') && { frontEnd: top.text('frontEnd') }),
    mediaChannels: top.objects('mediaChannels', (fields) => ({
      id: fields.text('id'),
      name: fields.text('name'),
      channel: fields.oneOf('channel', channels),
    })),
    ...(top.has('departments') && {
      departments: top.objects('departments', (fields) => ({
        code: fields.check(fields.text('code'), 'code', isCapitals, 'a name in capitals'),
        name: fields.text('name'),
        questions: fields.list('questions', (value, at) =>
          fields.check(value, at, isCapitals, 'a name in capitals'),
        ),
      })),
    }),
    ...(top.has('cardKinds') && {
      cardKinds: top.objects('cardKinds', (fields) => ({
        code: fields.check(fields.text('code'), 'code', isCapitals, 'a name in capitals'),
        name: fields.text('name'),
        functions: fields.list('functions', (value, at) =>
          fields.check(value, at, isCardFunction, 'a function of a card'),
        ),
      })),
    }),
    publishedFigures: top.objects('publishedFigures', (fields) => ({
      key: fields.text('key'),
      label: fields.text('label'),
      labelEn: fields.text('labelEn'),
      value: fields.number('value', 0, Number.MAX_SAFE_INTEGER),
      unit: fields.oneOf('unit', units),
      qualifier: fields.oneOf('qualifier', qualifiers),
      metric: fields.nullable('metric', (field) => fields.text(field)),
      asOf: fields.date('asOf'),
      scope: fields.nullable('scope', (field) => fields.text(field)),
      quotation: fields.text('quotation'),
      demo: fields.nullable('demo', (field) => fields.object(field, parseDemo)),
    })),
    requestsPerDay: top.integer('requestsPerDay', 0, 1000),
    demoNotice: top.text('demoNotice'),
  };
  top.done();
  if (!isPlatformCode(definition.code) || file !== `${definition.code}/platform.json`) {
    throw new Error(
      `${file}: code "${definition.code}" must be a platform code and name the folder`,
    );
  }
  const fault = contactFault(definition.responsible);
  if (fault !== null) throw new Error(`${file}: responsible: ${fault}`);
  if (!definition.modules.includes('core')) throw new Error(`${file}: modules must name "core"`);
  return definition;
}

function parseResponsible(fields: Fields): ResponsibleOffice {
  const contact = (name: 'email' | 'telephone' | 'url') =>
    fields.nullable(name, (field) => fields.text(field));
  return {
    office: fields.text('office'),
    officeEn: fields.text('officeEn'),
    email: contact('email'),
    telephone: contact('telephone'),
    url: contact('url'),
  };
}

function parseDemo(fields: Fields): FigureInDemo {
  return {
    total: fields.integer('total', 0, Number.MAX_SAFE_INTEGER),
    counts: fields.objects('counts', parseCount),
    ...(fields.has('of') && { of: fields.objects('of', parseCount) }),
    ...(fields.has('records') && {
      records: fields.integer('records', 1, Number.MAX_SAFE_INTEGER),
    }),
  };
}

function parseCount(fields: Fields): FigureCount {
  return {
    measure: fields.check(fields.text('measure'), 'measure', isMeasure, 'a type of event'),
    category: fields.nullable('category', (field) => fields.text(field)),
    ...(fields.has('sum') && { sum: fields.oneOf('sum', ['value']) }),
  };
}

const qualifiers = ['EXACT', 'OVER', 'NEARLY'] as const;
const units = ['人', '人次', '件', '条', '元', '家', '张', '个', '级', '%'] as const;

const moduleNames = contractModules.map((module) => module.name);

function isModule(value: string): value is (typeof moduleNames)[number] {
  return moduleNames.some((name) => name === value);
}

function isMeasure(value: string): value is EventTypeName {
  return Object.hasOwn(eventTypes, value);
}

function isCardFunction(value: string): value is (typeof cardFunctions)[number] {
  return cardFunctions.some((name) => name === value);
}

/** A department's code, a question, a kind of card: they name events' categories, and files. */
function isCapitals(value: string): value is string {
  return /^[A-Z][A-Z_]{0,31}$/.test(value);
}

function isDivision(value: string): value is string {
  return divisions.has(value);
}

/** The fields of one JSON object; what is left over is an error too. */
class Fields {
  readonly #values: Map<string, unknown>;
  readonly #file: string;
  readonly #path: string;

  constructor(value: unknown, file: string, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`${file}: ${path || 'the file'} must be an object`);
    }
    this.#values = new Map(Object.entries(value));
    this.#file = file;
    this.#path = path;
  }

  has(field: string): boolean {
    return this.#values.has(field);
  }

  text(field: string): string {
    const value = this.#take(field);
    if (typeof value === 'string' && value.trim() === value && value) return value;
    return this.#fail(field, value, 'a text without spaces around it');
  }

  number(field: string, least: number, most: number): number {
    const value = this.#take(field);
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return this.#fail(field, value, `a number from ${least} to ${most}`);
  }

  integer(field: string, least: number, most: number): number {
    const value = this.number(field, least, most);
    return Number.isInteger(value) ? value : this.#fail(field, value, 'a whole number');
  }

  date(field: string): string {
    const value = this.text(field);
    if (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return value;
    return this.#fail(field, value, 'a full-date of RFC 3339');
  }

  oneOf<const T extends string>(field: string, known: readonly T[]): T {
    const value = this.#take(field);
    return (
      known.find((each) => each === value) ?? this.#fail(field, value, `one of ${known.join(', ')}`)
    );
  }

  nullable<T>(field: string, read: (field: string) => T): T | null {
    if (this.#values.get(field) !== null) return read(field);
    this.#values.delete(field);
    return null;
  }

  list<T>(field: string, read: (value: string, at: string) => T): T[] {
    return this.#array(field).map((value, index) => {
      const at = `${field}[${index}]`;
      return typeof value === 'string' ? read(value, at) : this.#fail(at, value, 'a text');
    });
  }

  check<T extends string>(
    value: string,
    at: string,
    is: (value: string) => value is T,
    what: string,
  ): T {
    return is(value) ? value : this.#fail(at, value, what);
  }

  object<T>(field: string, read: (fields: Fields) => T): T {
    return this.#nested(this.#take(field), field, read);
  }

  objects<T>(field: string, read: (fields: Fields) => T): T[] {
    return this.#array(field).map((value, index) =>
      this.#nested(value, `${field}[${index}]`, read),
    );
  }

  /** Refuses what nobody read. */
  done(): void {
    const [extra] = this.#values.keys();
    if (extra !== undefined)
      throw new Error(`${this.#file}: ${this.#path}${extra} is not a known field`);
  }

  #nested<T>(value: unknown, at: string, read: (fields: Fields) => T): T {
    const fields = new Fields(value, this.#file, `${this.#path}${at}.`);
    const result = read(fields);
    fields.done();
    return result;
  }

  #array(field: string): readonly unknown[] {
    const value = this.#take(field);
    return Array.isArray(value) ? value : this.#fail(field, value, 'a list');
  }

  #take(field: string): unknown {
    const value = this.#values.get(field);
    this.#values.delete(field);
    return value;
  }

  #fail(field: string, value: unknown, wanted: string): never {
    throw new Error(
      `${this.#file}: ${this.#path}${field} is ${JSON.stringify(value) ?? 'missing'}, and must be ${wanted}`,
    );
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: not JSON`, { cause: error });
  }
}
