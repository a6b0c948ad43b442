/** Going back to an earlier version: done even when its address does not answer, which it then says. */
import { NetError } from '@onenet/contract';
import { AddressRefused, checkAddress } from '../address/check-address.ts';
import { createSender } from '../address/sender.ts';
import type { RegistryEntry, VersionDocument } from './entry.ts';
import { fetchSdl, probeFinding } from './probe.ts';
import { composeWith } from './publish.ts';
import type { Publishing } from './publish.ts';
import { step } from './report.ts';
import type { Report, Step } from './report.ts';
import type { Asker } from './registry.ts';
import { unknownPlatform } from './store.ts';
import { Overtaken, findVersion, restoreVersion } from './versions.ts';

const answerWithinMs = 5000;
const maxAttempts = 10;

/** `to`: the version's number; undefined: the one before the current one. */
export async function rollback(
  parts: Publishing,
  code: string,
  to: number | undefined,
  asker: Asker,
): Promise<Report> {
  const { registry, checker } = parts;
  for (let attempt = 1; ; attempt++) {
    const entry = await registry.store.platforms.findOne({ _id: code });
    if (entry === null) throw unknownPlatform(code);
    const version = await target(parts, entry, to);
    const composed = await composeWith(registry, checker, entry, version.additions?.sdl ?? null);
    if ('findings' in composed) {
      const steps = [step('ADDITIONS', false, composed.findings)];
      const report: Report = { admitted: false, version: null, steps };
      const refusal = { action: 'REFUSED', ...asker, version: version.number, report } as const;
      await registry.store.note({ ...refusal, platform: code, detail: 'rollback' });
      return report;
    }
    const live = await lookAt(parts, { ...entry, url: version.url });
    if (live.some(({ step: name, ok }) => name === 'ADDRESS' && !ok)) {
      throw new NetError(
        'WRONG_STATE',
        `The address of version ${version.number} is not allowed any more: publish again.`,
      );
    }
    const report: Report = {
      admitted: true,
      version: version.number,
      steps: [step('ADDITIONS', true), ...live],
    };
    const basis = { current: entry.current?.number ?? null, others: composed.others };
    try {
      await restoreVersion(registry, version, basis, report, asker);
      return report;
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt === maxAttempts) throw error;
    }
  }
}

async function target(
  { registry }: Publishing,
  { _id: code, current, lastVersion }: RegistryEntry,
  to: number | undefined,
): Promise<VersionDocument> {
  if (to !== undefined && to === current?.number) {
    throw new NetError('WRONG_STATE', `Version ${to} of ${code} is the current one.`);
  }
  // After a withdrawal the last version comes back.
  const number = to ?? (current === null ? lastVersion : current.number - 1);
  const version = number < 1 ? null : await findVersion(registry, code, number);
  if (version) return version;
  throw new NetError(
    'NOT_FOUND',
    to === undefined
      ? `${code} has no earlier version.`
      : `${code} has no version ${to}: its last is ${lastVersion}.`,
  );
}

/** ADDRESS and PROBE as far as they tell; an address by offset is the operator's own. */
async function lookAt(parts: Publishing, entry: RegistryEntry): Promise<readonly Step[]> {
  const { policy, sign, addressOf } = parts;
  const url = addressOf(entry);
  if (url === null) return [];
  const trusted = entry.url === null ? { ...policy, development: true, allowHosts: [] } : policy;
  let sender;
  try {
    const address = await checkAddress(url, trusted);
    sender = createSender(address, AbortSignal.timeout(answerWithinMs));
    await fetchSdl({ code: entry._id, url: address.url, sender, sign });
    return [step('ADDRESS', true), step('PROBE', true)];
  } catch (error) {
    if (error instanceof AddressRefused && error.code !== 'NAME_UNRESOLVED') {
      return [step('ADDRESS', false, [{ code: error.code, message: error.message }])];
    }
    return [step('ADDRESS', true), step('PROBE', false, [probeFinding(error)])];
  } finally {
    await sender?.close();
  }
}
