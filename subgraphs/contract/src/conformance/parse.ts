/** Parses a stranger's SDL within bounds. */
import { GraphQLError, Lexer, Source, TokenKind, parse, type DocumentNode } from 'graphql';
import type { Faults } from './finding.ts';

/** Bytes, tokens and nested brackets; the whole contract has 40 thousand, 5 thousand and 4. */
export const sdlLimits = { bytes: 1024 * 1024, tokens: 200_000, depth: 32 } as const;

const opening: ReadonlySet<string> = new Set([
  TokenKind.PAREN_L,
  TokenKind.BRACKET_L,
  TokenKind.BRACE_L,
]);
const closing: ReadonlySet<string> = new Set([
  TokenKind.PAREN_R,
  TokenKind.BRACKET_R,
  TokenKind.BRACE_R,
]);

/** The document; or undefined, and the fault. */
export function parseSdl(sdl: string, faults: Faults): DocumentNode | undefined {
  const bytes = Buffer.byteLength(sdl);
  if (bytes > sdlLimits.bytes) {
    const message = `The SDL has ${bytes} bytes, and may have ${sdlLimits.bytes}.`;
    faults.add('TOO_LARGE', null, null, message);
    return undefined;
  }
  try {
    const line = lineTooDeep(sdl);
    if (line !== undefined) {
      const message = `Line ${line}: brackets nest deeper than ${sdlLimits.depth}.`;
      faults.all.push({ code: 'TOO_DEEP', coordinate: null, line, message });
      return undefined;
    }
    return parse(sdl, { maxTokens: sdlLimits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const line = error.locations?.[0]?.line ?? null;
    faults.all.push({ code: 'SYNTAX', coordinate: null, line, message: error.message });
    return undefined;
  }
}

/** The parser recurses, so depth is looked at before: a megabyte of brackets would end the process. */
function lineTooDeep(sdl: string): number | undefined {
  const lexer = new Lexer(new Source(sdl));
  let depth = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (opening.has(token.kind)) depth += 1;
    if (closing.has(token.kind)) depth -= 1;
    if (depth > sdlLimits.depth) return token.line;
  }
  return undefined;
}
