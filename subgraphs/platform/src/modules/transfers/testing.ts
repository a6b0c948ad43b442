/** For tests: two platforms on MongoDB, what is offered by the one to the other, and what both say of it. */
import { randomUUID } from 'node:crypto';
import { outboxCollection } from '@onenet/feed';
import { testPlatform, type TestAnswer, type TestPlatform } from '../../test-platform.ts';
import { organization } from '../../test-records.ts';
import { sealingKeyOf } from '../core/sealing-key.ts';
import type { TransferAnswer } from './store.ts';

export const officer = 'officer:desk-3';
export const worker = 'worker:w-7';

/** Values that may be found nowhere once the record has departed. */
export const marks = {
  name: '标记王小明',
  phone: '13987654321',
  identityNumber: '420102199003078514',
  familyName: '标记李小红',
  note: '标记备注：材料齐全',
  applicantName: '标记赵小刚',
  applicantPhone: '13912344321',
  description: '标记内容：三个月没有发工资',
  feedback: '标记反馈：已经联系',
} as const;

export type Part = TransferAnswer & { readonly sealed: string | null };
type Kind = Part['kind'] & string;

/** A source and a target. */
export class Transfers implements AsyncDisposable {
  readonly source: TestPlatform;
  readonly target: TestPlatform;

  private constructor(source: TestPlatform, target: TestPlatform) {
    this.source = source;
    this.target = target;
  }

  static async start(): Promise<Transfers> {
    const modules = ['core', 'organizations', 'requests', 'members', 'cards', 'transfers'] as const;
    const records = (code: string, placeCode: string) => [
      { ...organization(1), id: `${code}:o-1`, platformCode: code, placeCode },
    ];
    const source = await testPlatform({ modules, records: records('420100', '420100') });
    const target = await testPlatform({
      code: '420800',
      modules,
      records: records('420800', '420800'),
    });
    return new Transfers(source, target);
  }

  /** A member at the source, with everything that is personal; its id. */
  async member(): Promise<string> {
    const applied = await this.source.ask<{ applyForMembership: { member: { id: string } } }>(
      `mutation A($input: ApplyForMembershipInput!) { applyForMembership(input: $input) { member { id } } }`,
      {
        input: {
          platform: '420100',
          idempotencyKey: randomUUID(),
          name: marks.name,
          phone: marks.phone,
          identityNumber: marks.identityNumber,
          kind: 'EMPLOYEE',
          employerSize: 120,
          channel: 'STATION',
          placeCode: '420102',
          organizationId: '420100:o-1',
        },
      },
      worker,
    );
    const id = applied.data?.applyForMembership.member.id ?? '';
    await this.step(this.source, 'acceptMember', 'MemberStepInput', 'member', {
      id,
      note: marks.note,
    });
    await this.step(this.source, 'addFamilyMember', 'AddFamilyMemberInput', 'member', {
      id,
      relation: 'SPOUSE',
      name: marks.familyName,
    });
    return id;
  }

  /** A card of a member at the source. */
  card(memberId: string): Promise<void> {
    const given = { platform: '420100', memberId, kind: 'SIX_IN_ONE' };
    return this.step(this.source, 'issueCard', 'IssueCardInput', 'card', given);
  }

  /** A request at the source, verified, with a word on it; its id. */
  async request(): Promise<string> {
    const submitted = await this.source.ask<{
      submitServiceRequest: { serviceRequest: { id: string } };
    }>(
      `mutation S($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id } } }`,
      {
        input: {
          platform: '420100',
          idempotencyKey: randomUUID(),
          title: '拖欠工资',
          category: 'WAGES',
          channel: 'WECHAT',
          placeCode: '420102',
          applicantName: marks.applicantName,
          applicantPhone: marks.applicantPhone,
          description: marks.description,
        },
      },
      worker,
    );
    const id = submitted.data?.submitServiceRequest.serviceRequest.id ?? '';
    for (const [name, note] of [
      ['verifyServiceRequest', undefined],
      ['addServiceRequestFeedback', marks.feedback],
    ] as const) {
      await this.step(this.source, name, 'ServiceRequestStepInput', 'serviceRequest', { id, note });
    }
    return id;
  }

  make(kind: Kind): Promise<string> {
    return kind === 'MEMBER' ? this.member() : this.request();
  }

  async offer(id: string, transferId: string, input: object = {}): Promise<TestAnswer<Answer>> {
    const { publicJwk: sealingKey } = await sealingKeyOf(this.target.platform);
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    const given = { id, transferId, to: '420800', sealingKey, dueAt, ...input };
    return this.ask(this.source, 'offerTransfer', 'OfferTransferInput', given);
  }

  accept(transferId: string, sealed: string | null | undefined, input: object = {}) {
    const acceptBy = new Date(Date.now() + 3_600_000).toISOString();
    const given = { platform: '420800', from: '420100', transferId, sealed, acceptBy, ...input };
    return this.ask(this.target, 'acceptTransfer', 'AcceptTransferInput', given);
  }

  decline(transferId: string, input: object = {}) {
    const given = { platform: '420800', transferId, ...input };
    return this.ask(this.target, 'declineTransfer', 'DeclineTransferInput', given);
  }

  complete(id: string, transferId: string, transferredToId: string | null | undefined) {
    const given = { id, transferId, transferredToId };
    return this.ask(this.source, 'completeTransfer', 'CompleteTransferInput', given);
  }

  withdraw(id: string, transferId: string) {
    return this.ask(this.source, 'withdrawTransfer', 'TransferStepInput', { id, transferId });
  }

  /** One of the five, each time by another key. */
  ask(net: TestPlatform, name: string, type: string, input: object): Promise<TestAnswer<Answer>> {
    return net.ask<Answer>(
      `mutation T($input: ${type}!) { answer: ${name}(input: $input) { transfer { id state kind recordId sealed } } }`,
      { input: { idempotencyKey: randomUUID(), ...input } },
      officer,
    );
  }

  /** Another mutation, which has to succeed. */
  async step(net: TestPlatform, name: string, type: string, field: string, input: object) {
    const answer = await net.ask(
      `mutation M($input: ${type}!) { ${name}(input: $input) { ${field} { id } } }`,
      { input: { idempotencyKey: randomUUID(), ...input } },
      officer,
    );
    if (answer.errors) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`);
  }

  /** How often each event of transfers was said, at either platform. */
  async events(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { platform } of [this.source, this.target]) {
      await platform.feed.drained();
      for (const { type, count } of await platform.feed.totals()) {
        counts[type] = (counts[type] ?? 0) + count;
      }
    }
    return counts;
  }

  /** Records that live somewhere and records on their way, by the events of both platforms. */
  async sums(kind: Kind): Promise<{ readonly live: number; readonly inTransfer: number }> {
    const events = await this.events();
    const word = kind === 'MEMBER' ? 'member' : 'request';
    const of = (what: string) => events[`onenet.${word}.${what}`] ?? 0;
    const begun = kind === 'MEMBER' ? of('accepted') : of('submitted');
    return {
      live: begun + of('received') + of('returned') - of('offered'),
      inTransfer: of('offered') - of('returned') - of('departed'),
    };
  }

  /** Everything that the source stores, as text; what waits for the feed included. */
  async everythingAtSource(): Promise<string> {
    const { db } = this.source.platform;
    const texts: string[] = [JSON.stringify(await outboxCollection(db).find().toArray())];
    for (const { name } of await db.listCollections().toArray()) {
      texts.push(`${name}: ${JSON.stringify(await db.collection(name).find().toArray())}`);
    }
    return texts.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.target[Symbol.asyncDispose]();
  }
}

interface Answer {
  readonly answer: { readonly transfer: Part } | null;
}

/** The part of an answer that has to be one. */
export function partOf(answer: TestAnswer<Answer>): Part {
  const part = answer.data?.answer?.transfer;
  if (!part) throw new Error(`No part: ${JSON.stringify(answer.errors)}`);
  return part;
}

/** The code of a refusal. */
export function codeOf(answer: TestAnswer<Answer>): string | undefined {
  return answer.errors?.[0]?.extensions.code;
}
