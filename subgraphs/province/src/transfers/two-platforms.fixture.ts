/** The two platforms of a transfer in memory, by the contract's rules; a test says what of a call is lost. */
import { platformByCode } from '@onenet/platforms';
import type { ConnectionStatus, ModuleName } from '@onenet/contract';
import type { RegistryEntry } from '../registry/entry.ts';
import type { Part } from './life-cycle.ts';
import type { Answered, RecordThere, TransferPlatforms } from './platforms.ts';
import type { StartTools } from './start.ts';
import type { Step, Transfer } from './transfer.ts';

/** `call`: it never arrives. `answer`: it is carried out, and nobody hears of it. A code: it is refused. */
export type Fault = { readonly lost: 'call' | 'answer' } | { readonly refused: string };

export class TwoPlatforms implements TransferPlatforms {
  /** Steps in the order in which they were carried out or refused, with the keys that they were asked by. */
  readonly asked: string[] = [];
  /** Faults to come, by step: each is for one call. */
  readonly faults = new Map<Step | 'key', Fault[]>();
  there: RecordThere | null = { kind: 'SERVICE_REQUEST', status: 'VERIFIED', placeCode: '420102' };
  source: 'LIVE' | 'IN_TRANSFER' | 'TRANSFERRED' = 'LIVE';
  target: 'NOTHING' | 'LIVE' | 'CLOSED' = 'NOTHING';
  /** How often a record was made at the target. */
  made = 0;
  /** Moments at which it was live at both, or nowhere and not in transfer either. */
  readonly wrong: string[] = [];
  #offer: 'OFFERED' | 'WITHDRAWN' | undefined;

  sealingKey(): Promise<Answered<string>> {
    return Promise.resolve(
      this.#faulty('key', () => ({ kind: 'DONE', value: '{"kty":"EC"}' }) as const),
    );
  }

  record(): Promise<Answered<RecordThere | null>> {
    return Promise.resolve({ kind: 'DONE', value: this.there });
  }

  step(transfer: Transfer, step: Step): Promise<Answered<Part>> {
    return Promise.resolve(
      this.#faulty(step, () => {
        this.asked.push(step);
        const answered = this.#carryOut(transfer, step);
        this.#check(step);
        return answered;
      }),
    );
  }

  #faulty<Value>(what: Step | 'key', carryOut: () => Answered<Value>): Answered<Value> {
    const fault = this.faults.get(what)?.shift();
    if (!fault) return carryOut();
    if ('refused' in fault) {
      this.asked.push(`${what} refused`);
      return { kind: 'REFUSED', code: fault.refused };
    }
    if (fault.lost === 'answer') carryOut();
    return { kind: 'UNKNOWN', code: 'TIMEOUT' };
  }

  #carryOut({ to, sealingKey, sealed, targetId }: Transfer, step: Step): Answered<Part> {
    const done = (state: string, more: Partial<Part> = {}): Answered<Part> => ({
      kind: 'DONE',
      value: { state, recordId: null, sealed: null, ...more },
    });
    const no = (code: string): Answered<Part> => ({ kind: 'REFUSED', code });
    const recordId = `${to}:R-9`;
    switch (step) {
      case 'offer':
        if (sealingKey === null) return no('BAD_INPUT');
        if (this.#offer === 'WITHDRAWN') return done('WITHDRAWN');
        if (this.#offer === undefined && this.source !== 'LIVE') return no('WRONG_STATE');
        if (this.#offer === undefined) this.source = 'IN_TRANSFER';
        this.#offer = 'OFFERED';
        return done('OFFERED', { sealed: 'sealed' });
      case 'accept':
        if (this.target === 'CLOSED' || sealed !== 'sealed') return no('WRONG_STATE');
        if (this.target === 'NOTHING') this.made++;
        this.target = 'LIVE';
        return done('ACCEPTED', { recordId });
      case 'decline':
        if (this.target === 'LIVE') return done('ACCEPTED', { recordId });
        this.target = 'CLOSED';
        return done('DECLINED');
      case 'complete':
        if (targetId !== recordId || this.source === 'LIVE') return no('WRONG_STATE');
        this.source = 'TRANSFERRED';
        return done('COMPLETED', { recordId: targetId });
      case 'withdraw':
        if (this.source === 'TRANSFERRED') return no('WRONG_STATE');
        this.#offer = 'WITHDRAWN';
        this.source = 'LIVE';
        return done('WITHDRAWN');
    }
  }

  #check(step: Step): void {
    const live = Number(this.source === 'LIVE') + Number(this.target === 'LIVE');
    const kept = live + Number(this.source === 'IN_TRANSFER');
    if (live > 1 || kept < 1) this.wrong.push(`${step}: ${this.source}, ${this.target}`);
  }
}

/** A directory of reference platforms, connected, with all that a transfer needs; or with what a test says of one. */
export function directoryOf(
  codes: readonly string[],
  different: Readonly<
    Record<string, { modules?: readonly ModuleName[]; connection?: ConnectionStatus }>
  > = {},
): StartTools['directory'] {
  const entries = codes.map((code): RegistryEntry => {
    const definition = platformByCode(code);
    if (!definition) throw new Error(`There is no platform ${code}.`);
    const modules = ['core', 'organizations', 'requests', 'members', 'transfers'] as const;
    return {
      _id: code,
      origin: 'reference',
      profile: { ...definition, position: null, demoNotice: null, modules, ...different[code] },
      connection: different[code]?.connection ?? 'CONNECTED',
      resumesTo: null,
      registeredAt: new Date(0),
      portOffset: null,
      url: null,
      lastVersion: 0,
      current: null,
      maintenance: [],
      inMaintenance: false,
    };
  });
  return { platform: (code) => entries.find(({ _id }) => _id === code), platforms: () => entries };
}
