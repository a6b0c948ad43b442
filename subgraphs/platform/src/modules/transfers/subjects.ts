/** What this platform can transfer, and how it is found. */
import type { ModuleName } from '@onenet/contract';
import type { EventData } from '@onenet/contract';
import { notFound, ownId, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { members } from './members.ts';
import { requests } from './requests.ts';
import type { TransferKind } from './store.ts';
import type { Subject, Transferable } from './subject.ts';

const subjects: readonly Subject[] = [members, requests];

/** The kind's subject; undefined where its module is not offered. */
export function offeredSubject({ definition }: Platform, kind: TransferKind): Subject | undefined {
  return offered(definition.modules).find((subject) => subject.kind === kind);
}

/** A record of this platform that can be transferred, whole. */
export async function ownRecord(
  { platform, session }: Transaction,
  id: string,
): Promise<{ readonly subject: Subject; readonly record: Transferable }> {
  ownId(platform, id);
  for (const subject of offered(platform.definition.modules)) {
    const record = await recordsOf(platform, subject).findOne({ _id: id }, { session });
    if (record) return { subject, record };
  }
  throw notFound(id, platform);
}

export function recordsOf({ db }: Platform, { collection }: Subject) {
  return db.collection<Transferable>(collection);
}

/** How an event tells of a record. What the simulation made stays apart, at every platform. */
export function eventData(subject: Subject, record: Transferable): Omit<EventData, 'firsts'> {
  return {
    place: record.placeCode,
    category: subject.category(record),
    channel: record.channel,
    ...(record.simulated && { simulated: true }),
  };
}

function offered(modules: readonly ModuleName[]): readonly Subject[] {
  return subjects.filter(({ module }) => modules.includes(module));
}
