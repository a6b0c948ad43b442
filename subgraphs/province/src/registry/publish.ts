/** Publishing: checked step by step, admitted as a whole, or refused without a trace in the net. Long, because its steps are one story. */
import { NetError, readAdditions } from '@onenet/contract';
import type { Conformance } from '@onenet/contract';
import { AddressRefused, checkAddress } from '../address/check-address.ts';
import type { AddressPolicy, CheckedAddress } from '../address/check-address.ts';
import { createSender } from '../address/sender.ts';
import type { Sender } from '../address/sender.ts';
import type { PlatformAdditions } from '../supergraph.ts';
import { auditAddress } from './audit-address.ts';
import { weighBreaking } from './breaking.ts';
import type { Accepted } from './breaking.ts';
import { CheckTimeout } from './checker.ts';
import type { Checker } from './checker.ts';
import type { RegistryEntry } from './entry.ts';
import { fetchSdl, probe, probeFinding } from './probe.ts';
import type { ProbeChecks, Sign } from './probe.ts';
import { step } from './report.ts';
import type { Finding, Report, Step, StepName } from './report.ts';
import type { Asker, Registry } from './registry.ts';
import { unknownPlatform } from './store.ts';
import type { UsageOf } from './usage.ts';
import { Overtaken, admit, otherAdditions } from './versions.ts';
import type { Basis } from './versions.ts';

/** What publishing works with. */
export interface Publishing {
  readonly registry: Registry;
  readonly checker: Checker;
  readonly policy: AddressPolicy;
  readonly usageOf: UsageOf;
  /** Days for which nobody may have used what a version takes away. */
  readonly usageDays: number;
  readonly sign: Sign;
  /** Folder of the keys by which the audit signs; undefined: it does not. */
  readonly keysDir: string | undefined;
  /** Base URL of a platform that gave none of its own. */
  readonly addressOf: (entry: RegistryEntry) => string | null;
  /** How many publishes of a platform are being checked, by code. */
  readonly underCheck: Map<string, number>;
}

export interface PublishRequest {
  readonly code: string;
  /** Base URL. */
  readonly url: string;
  /** Undefined: what the address serves. */
  readonly sdl: string | undefined;
  readonly accepted: Accepted;
  readonly asker: Asker;
}

const publishWithinMs = 60_000;
/** Publishes of one platform that are checked at once: one team must not take the places of all. */
const maxUnderCheck = 2;
/** How often a publish looks again when others changed what it is based on. */
const maxAttempts = 10;

/** Ends the checks: what is wrong is in the step. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly step: Step;

  constructor(refused: Step) {
    super(refused.step);
    this.step = refused;
  }
}

export async function publish(parts: Publishing, request: PublishRequest): Promise<Report> {
  const { registry, underCheck } = parts;
  const { code, asker } = request;
  const already = underCheck.get(code) ?? 0;
  if (already >= maxUnderCheck) {
    throw new NetError(
      'TOO_MANY',
      `${already} publishes of ${code} are being checked: publish again when one is over.`,
    );
  }
  underCheck.set(code, already + 1);
  const run = new Publish(parts, request, AbortSignal.timeout(publishWithinMs));
  try {
    const report = await run.toAdmission();
    return report;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const report: Report = { admitted: false, version: null, steps: [...run.steps, error.step] };
    const refusal = { action: 'REFUSED', version: null, detail: null, report } as const;
    await registry.store.note({ ...refusal, ...asker, platform: code });
    return report;
  } finally {
    const others = (underCheck.get(code) ?? 0) - 1;
    if (others > 0) underCheck.set(code, others);
    else underCheck.delete(code);
    await run.close();
  }
}

/** One publish under way. */
class Publish {
  steps: Step[] = [];
  readonly #parts: Publishing;
  readonly #request: PublishRequest;
  readonly #signal: AbortSignal;
  #sender: Sender | undefined;

  constructor(parts: Publishing, request: PublishRequest, signal: AbortSignal) {
    this.#parts = parts;
    this.#request = request;
    this.#signal = signal;
  }

  async close(): Promise<void> {
    await this.#sender?.close();
  }

  async toAdmission(): Promise<Report> {
    const { registry } = this.#parts;
    const { code, asker } = this.#request;
    // Without an SDL the address comes first: it is where the SDL is.
    const early = this.#request.sdl === undefined ? await this.#address() : undefined;
    const sdl = this.#request.sdl ?? (await this.#servedSdl(early));
    const conformance = await this.#check(sdl);
    const before = this.steps;
    let live: { readonly url: string; readonly steps: readonly Step[] } | undefined;
    for (let attempt = 1; ; attempt++) {
      // Another publish of the net may have come in between: these two look again.
      this.steps = [...before];
      const basis = await this.#weigh(conformance);
      live ??= await this.#live(sdl, early);
      this.steps = [...this.steps, ...live.steps];
      try {
        const { steps } = this;
        const admission = { code, sdl, url: live.url, conformance, steps, basis, asker };
        const version = await admit(registry, admission);
        return { admitted: true, version, steps };
      } catch (error) {
        if (!(error instanceof Overtaken) || attempt === maxAttempts) throw error;
      }
    }
  }

  /** VALID and CONFORMS. */
  async #check(sdl: string): Promise<Conformance> {
    const { registry, checker } = this.#parts;
    const registered = await registry.store.platforms.distinct('_id');
    const { invalid, conformance } = await this.#within('VALID', () =>
      checker.check(sdl, this.#request.code, registered),
    );
    this.#take(step('VALID', invalid.length === 0, invalid));
    if (conformance === null) throw new Error('A valid SDL has a conformance.');
    const findings = conformance.findings.map(findingOf);
    const conforms = conformance.contractVersion !== null;
    this.#take(step('CONFORMS', conforms, conforms ? [] : findings));
    // It keeps the contract: what is found is in what it adds.
    if (findings.length > 0) throw new Refused(step('ADDITIONS', false, findings));
    return conformance;
  }

  /** ADDITIONS and BREAKING: what depends on what the net is right now. */
  async #weigh(conformance: Conformance): Promise<Basis> {
    const { registry, checker, usageOf, usageDays } = this.#parts;
    const { code, accepted } = this.#request;
    const entry = await registry.store.platforms.findOne({ _id: code });
    if (entry === null) throw unknownPlatform(code);
    const others = await this.#within('ADDITIONS', () =>
      composeWith(registry, checker, entry, conformance.additions?.sdl ?? null),
    );
    if ('findings' in others) throw new Refused(step('ADDITIONS', false, others.findings));
    this.#take(step('ADDITIONS', true));
    const breaking = await this.#within('BREAKING', () =>
      weighBreaking(code, entry.current, conformance, accepted, usageOf, usageDays),
    );
    this.#take(breaking);
    return { current: entry.current?.number ?? null, others: others.others };
  }

  /** ADDRESS and PROBE: outside the steps before, because they are taken once. */
  async #live(
    sdl: string,
    early: CheckedAddress | undefined,
  ): Promise<{ readonly url: string; readonly steps: readonly Step[] }> {
    const { checker, sign, keysDir } = this.#parts;
    const { code } = this.#request;
    const before = this.steps.length;
    const address = early ?? (await this.#address());
    const { url } = address;
    this.#sender ??= createSender(address, this.#signal);
    const sender = this.#sender;
    const probed = { code, url, sender, sign };
    const checks: ProbeChecks = {
      differences: (ours, theirs) => checker.differences(ours, theirs),
      audit: (audited) => auditAddress(audited, keysDir),
    };
    this.#take(await this.#within('PROBE', () => probe(probed, sdl, checks)));
    const steps = this.steps.slice(before);
    this.steps = this.steps.slice(0, before);
    return { url, steps };
  }

  async #address(): Promise<CheckedAddress> {
    try {
      const address = await checkAddress(this.#request.url, this.#parts.policy);
      await this.#refuseTaken(address.url);
      this.#take(step('ADDRESS', true));
      return address;
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error;
      const { code, message } = error;
      throw new Refused(step('ADDRESS', false, [{ code, message }]));
    }
  }

  async #refuseTaken(url: string): Promise<void> {
    const { registry, addressOf } = this.#parts;
    const { entries } = await registry.read();
    for (const entry of entries.values()) {
      if (entry._id === this.#request.code || addressOf(entry) !== url) continue;
      const message = `The address is ${entry._id}’s.`;
      throw new Refused(step('ADDRESS', false, [{ code: 'TAKEN', message }]));
    }
  }

  async #servedSdl(address: CheckedAddress | undefined): Promise<string> {
    if (address === undefined) throw new Error('The address comes before what it serves.');
    this.#sender = createSender(address, this.#signal);
    const { code } = this.#request;
    const probed = { code, url: address.url, sender: this.#sender, sign: this.#parts.sign };
    try {
      return await fetchSdl(probed);
    } catch (error) {
      throw new Refused(step('PROBE', false, [probeFinding(error)]));
    }
  }

  #take(taken: Step): void {
    if (!taken.ok) throw new Refused(taken);
    this.steps = [...this.steps, taken];
  }

  /** A step that takes too long is refused by that, and the time of the whole counts too. */
  async #within<T>(name: StepName, run: () => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const onAbort = () => late.reject(new CheckTimeout('The publish took longer than 60 s.'));
    this.#signal.addEventListener('abort', onAbort);
    try {
      if (this.#signal.aborted) onAbort();
      return await Promise.race([run(), late.promise]);
    } catch (error) {
      if (!(error instanceof CheckTimeout)) throw error;
      const finding = { code: 'TIMEOUT', message: error.message };
      throw new Refused(step(name, false, [finding]));
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
    }
  }
}

/**
 * Whether the net composes with these additions of the platform. Nothing is composed when they are
 * the ones that the net has already.
 */
export async function composeWith(
  registry: Registry,
  checker: Checker,
  { _id: code, current }: RegistryEntry,
  sdl: string | null,
): Promise<
  | { readonly others: readonly PlatformAdditions[] | null }
  | { readonly findings: readonly Finding[] }
> {
  if (sdl === (current?.additions?.sdl ?? null)) return { others: null };
  const codes = await registry.store.platforms.distinct('_id');
  // By itself the SDL conforms; whether its names could be another platform's, only the net can tell.
  const findings = sdl === null ? [] : readAdditions(sdl, code, codes).findings;
  if (findings.length > 0) return { findings: findings.map(findingOf) };
  const others = await otherAdditions(registry, code);
  const all = sdl === null ? others : [...others, { code, sdl }].toSorted(byCode);
  const composition = await checker.compose(all);
  return composition.supergraph === null ? { findings: composition.findings } : { others };
}

function byCode(a: PlatformAdditions, b: PlatformAdditions): number {
  return a.code < b.code ? -1 : 1;
}

function findingOf({ code, coordinate, line, message }: Conformance['findings'][number]): Finding {
  return {
    code,
    message,
    ...(coordinate === null ? {} : { coordinate }),
    ...(line === null ? {} : { line }),
  };
}
