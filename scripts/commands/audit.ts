/** `./onenet audit URL`: any server against the numbered rules of the contract. */
import { writeFile } from 'node:fs/promises';
import {
  AuditError,
  audit,
  junit,
  passes,
  rules,
  vectorsFolder,
  verifyVectors,
  type AuditReport,
  type RuleResult,
} from '@onenet/audit';
import { describeOptions, parseOptions, UsageError, type OptionValues } from '../options.ts';

const auditOptions = {
  events: { kind: 'text', default: '', help: 'address of the event feed, if not /events of URL' },
  code: { kind: 'text', default: '', help: "the platform's code, if its records do not say it" },
  key: {
    kind: 'text',
    default: '',
    help: "folder of the net's signing keys: calls then carry the signed assertion (needs --code)",
  },
  write: {
    kind: 'flag',
    default: false,
    help: 'call mutations too: only on a test platform, whose data they change',
  },
  only: { kind: 'list', default: [], help: 'ids of the rules to check; all without it' },
  json: { kind: 'flag', default: false, help: 'print the report as JSON, and nothing else' },
  junit: { kind: 'text', default: '', help: "file for the report as JUnit's XML" },
  offline: {
    kind: 'flag',
    default: false,
    help: 'check no server: verify the test vectors, and say where their files are',
  },
  help: { kind: 'flag', default: false, help: 'this text' },
} as const;

type AuditValues = OptionValues<typeof auditOptions>;

const exitCodes = `Exit code: 0 every MUST holds, 1 one does not, 2 there was nothing to check.
The rules: subgraphs/contract/CONTRACT.md.`;

/** Resolves with the exit code. */
export async function auditCommand(args: readonly string[], usage: string): Promise<number> {
  try {
    const [first = ''] = args;
    const hasUrl = first !== '' && !first.startsWith('-');
    const options = parseOptions(auditOptions, hasUrl ? args.slice(1) : args, process.env);
    if (options.help) {
      const how = usage.replace('[options]', '<URL> [options]');
      console.log(`${how}\n\n${describeOptions(auditOptions)}\n\n${exitCodes}`);
      return 0;
    }
    if (options.offline) return await offline(options);
    if (!hasUrl) throw new UsageError('Which server? ./onenet audit http://127.0.0.1:4011');
    return await auditServer(first, options);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof AuditError)) throw error;
    console.error(error.message);
    return 2;
  }
}

async function auditServer(url: string, options: AuditValues): Promise<number> {
  const { events, code, key, write, only, json } = options;
  const unknown = only.filter((id) => !rules.some((rule) => rule.id === id));
  if (unknown.length > 0) {
    const known = rules.map(({ id }) => id).join(', ');
    throw new UsageError(`No rule ${unknown.join(', ')}; there are ${known}.`);
  }
  const report = await audit({
    url,
    write,
    ...(events !== '' && { eventsUrl: events }),
    ...(code !== '' && { code }),
    ...(key !== '' && { keys: key }),
    ...(only.length > 0 && { only }),
    ...(!json && { onRule: (result) => console.log(lineOf(result)) }),
  });
  if (options.junit !== '') await writeFile(options.junit, junit(report));
  console.log(json ? JSON.stringify(report, null, 2) : summary(report));
  return passes(report) ? 0 : 1;
}

/** One line, and for a failure what was sent, what came and what was wanted. */
function lineOf({ id, level, title, status, note, sent, came, wanted }: RuleResult): string {
  const head = `${status.padEnd(7)}  ${id.padEnd(10)}  ${level.padEnd(6)}  ${title}`;
  if (status === 'FAIL') {
    return `${head}\n           sent    ${sent ?? ''}\n           came    ${came ?? ''}\n           wanted  ${wanted ?? ''}`;
  }
  return note === null ? head : `${head}\n           ${note}`;
}

function summary({ url, code, contractVersion, modules, rules: results }: AuditReport): string {
  const count = (status: RuleResult['status']): number =>
    results.filter((result) => result.status === status).length;
  const what = `${code} at ${url}: contract ${contractVersion ?? '(none)'}, ${modules.join(', ')}`;
  return `\n${what}\n${count('PASS')} passed, ${count('FAIL')} failed, ${count('SKIPPED')} skipped`;
}

async function offline({ json }: AuditValues): Promise<number> {
  const results = await verifyVectors();
  if (json) console.log(JSON.stringify({ folder: vectorsFolder, results }, null, 2));
  else {
    for (const { file, cases, failures } of results) {
      const verdict = failures.length === 0 ? 'PASS' : 'FAIL';
      console.log(`${verdict}  ${String(cases).padStart(3)} cases  ${vectorsFolder}${file}`);
      for (const failure of failures) console.log(`      ${failure}`);
    }
    console.log('\nRead the files in your own tests: each says in `about` what its cases are.');
  }
  return results.every(({ failures }) => failures.length === 0) ? 0 : 1;
}
