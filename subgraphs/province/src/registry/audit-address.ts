/** The core of the contract, checked live and without writing: the rules that a platform must keep. */
import { audit, rules } from '@onenet/audit';
import type { Probed } from './probe.ts';
import type { Finding } from './report.ts';

const checked = rules
  .filter(({ level, module, writes }) => level === 'MUST' && module === 'core' && !writes)
  .map(({ id }) => id);

/**
 * The rules that the platform at this address breaks. What it sent stays out of the report: behind
 * an address could be what the publisher is not to see. `./onenet audit` shows it to whoever may.
 */
export async function auditAddress(
  { code, url, sender }: Probed,
  keysDir: string | undefined,
): Promise<readonly Finding[]> {
  const report = await audit({
    url: `${url}/graphql`,
    eventsUrl: `${url}/events`,
    code,
    only: checked,
    send: (request) => sender.send(request),
    ...(keysDir === undefined ? {} : { keys: keysDir }),
  });
  return report.rules
    .filter(({ status }) => status === 'FAIL')
    .map(({ id, title, wanted }) => ({
      code: id,
      message: `${title} ${wanted ?? ''} See ./onenet audit ${url}.`,
    }));
}
