/** Syntax that the oldest browser of the dashboard does not read: a build that has some is refused. */
import { parseAst, type Plugin } from 'vite';

/**
 * What the compiler may leave as it is. Chrome 87 has classes' fields and private names. For the sake of one flaw, in
 * static fields called `name` or `length`, the compiler would turn all of them into WeakMaps for every Chrome before
 * 98: a tenth more to load, and on the wall, where each update makes objects that have some, tables that grow by
 * megabytes and never shrink. `readByOldest` looks for all else that came between the two.
 */
export const compilerTarget = 'chrome98';

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Refuses scripts that Chrome 87 would not read, or would read wrongly. */
export function readByOldest(): Plugin {
  return {
    name: 'onenet-oldest-browser',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const found = newerSyntax(file.code);
        if (found.length > 0)
          throw new Error(`Chrome 87 does not read ${file.fileName}: ${found.join(', ')}.`);
      }
    },
  };
}

/** What of a script came after Chrome 87, each once. */
export function newerSyntax(code: string): readonly string[] {
  const found = new Set<string>();
  visit(parseAst(code), false);
  return [...found];

  function visit(value: unknown, isInFunction: boolean): void {
    if (Array.isArray(value)) for (const each of value) visit(each, isInFunction);
    else if (isNode(value)) {
      const newer = nameIfNewer(value, isInFunction);
      if (newer !== undefined) found.add(newer);
      const inside =
        isInFunction || /Function|MethodDefinition|PropertyDefinition/.test(value.type);
      for (const child of Object.values(value)) visit(child, inside);
    }
  }
}

function nameIfNewer(node: Node, isInFunction: boolean): string | undefined {
  if (node.type === 'StaticBlock') return 'static block';
  if (node.type === 'BinaryExpression' && isOf(node['left'], 'PrivateIdentifier'))
    return '#name in object';
  if (node.type === 'AwaitExpression' && !isInFunction) return 'await outside of a function';
  if (node.type === 'PropertyDefinition' && node['static'] === true && isFunctionsOwn(node['key']))
    return 'static name or length';
  if (isOf(node['regex'], undefined) && /[dv]/.test(String((node['regex'] as Node)['flags'])))
    return 'flag d or v of a regular expression';
  // Until Chrome 91 it loses what comes after.
  if (node.type === 'CallExpression' && node['optional'] === true) {
    const given = node['arguments'] as readonly Node[];
    if (given.slice(0, -1).some(({ type }) => type === 'SpreadElement')) return 'f?.(...a, b)';
  }
  return undefined;
}

function isFunctionsOwn(key: unknown): boolean {
  return isNode(key) && ['name', 'length'].includes(String(key['name'] ?? key['value']));
}

function isOf(value: unknown, type: string | undefined): boolean {
  return typeof value === 'object' && value !== null && (value as Partial<Node>).type === type;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
