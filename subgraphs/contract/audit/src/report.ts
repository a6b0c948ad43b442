/** What an audit says: a result a rule, and the same as JUnit's XML for a build server. */
import type { Rule } from './rule.ts';

export interface RuleResult {
  readonly id: string;
  readonly level: Rule['level'];
  readonly title: string;
  readonly status: 'PASS' | 'FAIL' | 'SKIPPED';
  /** Of a failure: what was sent, what came and what was wanted. */
  readonly sent: string | null;
  readonly came: string | null;
  readonly wanted: string | null;
  /** Why it was skipped; of what passed: what of it could not be seen. */
  readonly note: string | null;
}

export interface AuditReport {
  readonly url: string;
  readonly code: string;
  /** The newest version of the contract that the SDL wholly keeps. */
  readonly contractVersion: string | null;
  readonly modules: readonly string[];
  readonly rules: readonly RuleResult[];
}

/** Whether nothing failed that must hold; `strict`: nor what should. */
export function passes({ rules }: AuditReport, strict = false): boolean {
  return !rules.some(({ status, level }) => status === 'FAIL' && (strict || level === 'MUST'));
}

/** https://github.com/testmoapp/junitxml */
export function junit({ url, rules }: AuditReport): string {
  const count = (status: RuleResult['status']): number =>
    rules.filter((rule) => rule.status === status).length;
  const cases = rules.map((rule) => {
    const head = `  <testcase classname="onenet.${rule.level}" name="${xml(`${rule.id} ${rule.title}`)}"`;
    if (rule.status === 'SKIPPED')
      return `${head}><skipped message="${xml(rule.note)}"/></testcase>`;
    if (rule.status === 'PASS') return `${head}/>`;
    const text = `sent: ${rule.sent ?? ''}\ncame: ${rule.came ?? ''}\nwanted: ${rule.wanted ?? ''}`;
    return `${head}><failure message="${xml(rule.wanted)}">${xml(text)}</failure></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${xml(`onenet audit ${url}`)}" tests="${rules.length}" failures="${count('FAIL')}" skipped="${count('SKIPPED')}">`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

/** Control characters have no place in XML, not even escaped. */
function xml(text: string | null): string {
  return (text ?? '')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}
