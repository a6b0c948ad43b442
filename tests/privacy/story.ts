/** Every mutation of the contract and of the province, each with marked values wherever a value is personal. Long, because it is one list of all of them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { identityHash, seal } from '@onenet/contract';
import { system, type Caller } from './caller.ts';
import type { Marked } from './marked.ts';

/** A platform, a place in it, and one of its unions. */
export interface Site {
  readonly code: string;
  readonly placeCode: string;
  readonly organizationId: string;
}

const inADay = () => new Date(Date.now() + 86_400_000).toISOString();

export async function requests({ call }: Bound, marked: Marked, site: Site): Promise<void> {
  const worker = marked.worker();
  const note = () => marked.text();
  const submit = (as: string) => call('submitServiceRequest', requestInput(marked, site), { as });
  const { id } = await submit(worker);
  await call('verifyServiceRequest', { id, note: note() });
  await call('dispatchServiceRequest', { id, organizationId: site.organizationId });
  await call('acceptServiceRequest', { id, dueAt: inADay() });
  await call('superviseServiceRequest', { id, note: note() });
  await call('remindServiceRequest', { id, note: note() }, { as: worker });
  await call('escalateServiceRequest', { id, note: note() });
  await call('addServiceRequestFeedback', { id, note: note() }, { as: worker });
  await call('resolveServiceRequest', { id, note: note() });
  await call('rateServiceRequest', { id, rating: 2 }, { as: worker });
  await call('reopenServiceRequest', { id, note: note() }, { as: worker });
  const rejected = await submit(marked.worker());
  await call('rejectServiceRequest', { id: rejected.id, note: note() });
}

function requestInput(marked: Marked, { code, placeCode }: Site) {
  return {
    platform: code,
    title: '加班工资没有结清',
    description: marked.text(),
    category: 'WAGES',
    channel: 'WECHAT',
    placeCode,
    applicantName: marked.name(),
    applicantPhone: marked.phone(),
  };
}

/** An ACTIVE member with everything personal that one may have; the id. */
export async function member({ call }: Bound, marked: Marked, site: Site): Promise<string> {
  const { code: platform, organizationId } = site;
  const { id } = await call(
    'applyForMembership',
    { ...memberInput(marked, site), platform, organizationId },
    { as: marked.worker() },
  );
  await call('acceptMember', { id, note: marked.text() });
  await call('addFamilyMember', { id, relation: 'SPOUSE', name: marked.name() });
  return id;
}

function memberInput(marked: Marked, { placeCode }: Site) {
  return {
    name: marked.name(),
    phone: marked.phone(),
    identityNumber: marked.identityNumber(),
    kind: 'MICRO_ENTERPRISE',
    employerSize: 7,
    channel: 'WECHAT',
    placeCode,
  };
}

export async function members(bound: Bound, marked: Marked, site: Site): Promise<void> {
  const { call } = bound;
  const { code: platform, organizationId } = site;
  const code = await call<{ id: string; content: string }>(
    'issueJoinCode',
    { platform, organizationId },
    { select: 'content' },
  );
  const joinToken = /join=(.+)$/.exec(code.content)?.[1];
  const applied = await call(
    'applyForMembership',
    { ...memberInput(marked, site), platform, joinToken, channel: 'QR_CODE' },
    { as: marked.worker() },
  );
  await call('refuseMember', { id: applied.id, note: marked.text() });
  await call('revokeJoinCode', { id: code.id });
  const id = await member(bound, marked, site);
  const { family } = await call<{ family: { key: string }[] }>(
    'addFamilyMember',
    { id, relation: 'CHILD', name: marked.name() },
    { select: 'family { key }' },
  );
  await call('removeFamilyMember', { id, key: family[0]?.key });
  await call('leaveUnion', { id, note: marked.text() });
}

export async function content({ call }: Bound, marked: Marked, site: Site): Promise<void> {
  const { code: platform, placeCode } = site;
  const { id } = await call('publishArticle', {
    platform,
    title: '防汛一线',
    column: '要闻',
    summary: '演示',
    placeCode,
  });
  const as = marked.worker();
  for (const name of ['recordArticleRead', 'shareArticle', 'likeArticle']) {
    await call(name, { id, channel: 'WECHAT' }, { as });
  }
  await call('commentOnArticle', { id, channel: 'WECHAT', text: '写得好' }, { as });
  const mediaChannelId = `${platform}:channel-wechat`;
  await call('followChannel', { platform, mediaChannelId }, { as });
}

export async function supervision({ call }: Bound, marked: Marked, site: Site): Promise<void> {
  const { code: platform } = site;
  const request = await call('submitServiceRequest', requestInput(marked, site), {
    as: marked.worker(),
  });
  const { id } = await call('askSupervision', {
    platform,
    office: '省总工会权益保障部',
    question: '为什么还没有办结？',
    requestId: request.id,
  });
  await call('answerSupervision', { id, answer: '正在核实。', result: 'EXPLAINED' });
  await call('returnSupervision', { id, question: '请补充。', dueAt: inADay() });
  await call('answerSupervision', { id, answer: '已办结。', result: 'EXPLAINED' });
  await call('closeSupervision', { id });
}

export async function corrections(bound: Bound, marked: Marked, site: Site): Promise<void> {
  const { call } = bound;
  const { code: platform } = site;
  const recordId = await member(bound, marked, site);
  const text = () => marked.text();
  const doubt = { platform, recordId, field: 'Member.status', text: text() };
  const doubted = await call('fileDataDoubt', doubt, { as: system });
  await call('confirmDataCorrection', { id: doubted.id, answer: '已更正。' });
  const returned = await call(
    'returnData',
    { platform, recordId, topic: 'LOW_INCOME', text: text() },
    { as: system },
  );
  await call('rejectDataCorrection', { id: returned.id, answer: '与本人核实不符。' });
}

export async function cards(bound: Bound, marked: Marked, site: Site): Promise<void> {
  const { call } = bound;
  const { code: platform, placeCode } = site;
  const note = () => marked.text();
  const memberId = await member(bound, marked, site);
  const merchant = await call('addMerchant', {
    platform,
    name: '演示超市',
    placeCode,
    category: '超市',
    discountPercent: 10,
  });
  const kind = 'FIVE_IN_ONE';
  const first = await call('issueCard', { platform, memberId, kind });
  await call(
    'useCard',
    {
      id: first.id,
      function: 'DISCOUNT',
      merchantId: merchant.id,
      amountFen: 10_000,
    },
    { as: system },
  );
  await call('reportCardLost', { id: first.id, note: note() });
  const { id: cardId } = await call('replaceCard', { id: first.id, note: note() });
  const claim = () =>
    call('submitCardClaim', {
      platform,
      cardId,
      kind: 'HOSPITAL',
      claimedFen: 200_000,
      description: marked.text(),
    });
  const paid = await claim();
  await call('approveCardClaim', { id: paid.id, approvedFen: 150_000 });
  await call('payCardClaim', { id: paid.id, note: note() });
  const rejected = await claim();
  await call('rejectCardClaim', { id: rejected.id, note: note() });
  await call('cancelCard', { id: cardId, note: note() });
  await call('closeMerchant', { id: merchant.id });
}

export async function aid({ call }: Bound, marked: Marked, site: Site): Promise<void> {
  const { code: platform, placeCode } = site;
  const note = () => marked.text();
  const file = () =>
    call('applyForHardshipFile', {
      platform,
      name: marked.name(),
      phone: marked.phone(),
      identityNumber: marked.identityNumber(),
      causes: ['ILLNESS'],
      channel: 'WECHAT',
      placeCode,
    });
  const { id: hardshipWorkerId } = await file();
  await call('verifyHardshipWorker', { id: hardshipWorkerId });
  await call('registerHardshipWorker', { id: hardshipWorkerId, note: note() });
  const refused = await file();
  await call('refuseHardshipWorker', { id: refused.id, note: note() });
  const pairing = await call('pairCadre', {
    platform,
    hardshipWorkerId,
    cadre: 'cadre-1',
    cadreName: marked.name(),
  });
  await call('endCadrePairing', { id: pairing.id });
  const fund = await call('openAidFund', { platform, name: '演示基金', placeCode });
  await call('creditAidFund', { id: fund.id, amountFen: 1_000_000 });
  const cash = await call('startAidProgramme', {
    platform,
    name: '大病救助',
    form: 'CASH',
    fundId: fund.id,
    placeCode,
  });
  const training = await call('startAidProgramme', {
    platform,
    name: '技能培训',
    form: 'TRAINING',
    placeCode,
  });
  const apply = (programmeId: string, money: object) =>
    call('applyForAid', {
      platform,
      programmeId,
      name: marked.name(),
      phone: marked.phone(),
      channel: 'WECHAT',
      placeCode,
      reason: marked.text(),
      ...money,
    });
  const paid = await apply(cash.id, { amountFen: 300_000 });
  await call('approveAidGrant', { id: paid.id, amountFen: 300_000 });
  await call('payAidGrant', { id: paid.id, paymentReference: marked.text() });
  await call('returnAidGrant', { id: paid.id, note: note() });
  const rejected = await apply(cash.id, { amountFen: 100_000 });
  await call('rejectAidGrant', { id: rejected.id, note: note() });
  const trained = await apply(training.id, {});
  await call('approveAidGrant', { id: trained.id });
  await call('completeAidGrant', { id: trained.id, note: note() });
  await call('endAidProgramme', { id: cash.id });
  await call('closeHardshipFile', { id: hardshipWorkerId, note: note() });
}

export async function matching(bound: Bound, marked: Marked, site: Site): Promise<void> {
  const { call, read } = bound;
  const { code: platform } = site;
  const id = await member(bound, marked, site);
  await call('verifyMember', { id, departments: ['CIVIL_AFFAIRS'] });
  const question = { department: 'CIVIL_AFFAIRS', question: 'LOW_INCOME', subject: 'MEMBERS' };
  await call('askDepartment', { platform, ...question });
  const sealingKey = await sealingKeyOf(read, platform);
  const key = randomBytes(32);
  const numbers = [marked.identityNumber(), marked.identityNumber()];
  await call(
    'compareList',
    {
      platform,
      department: 'CIVIL_AFFAIRS',
      subject: 'MEMBERS',
      sealedKey: await seal(sealingKey, { key: key.toString('base64url') }),
      hashes: numbers.map((number) => identityHash(key, number)),
    },
    { as: system },
  );
}

/** The owners' steps, one by one: a member that is transferred, a request that is declined and comes back. */
export async function transferSteps(
  bound: Bound,
  marked: Marked,
  source: Site,
  target: Site,
): Promise<void> {
  const { call, read } = bound;
  const sealingKey = await sealingKeyOf(read, target.code);
  const step = (transferId: string) => ({
    transferId,
    to: target.code,
    sealingKey,
    dueAt: inADay(),
  });
  const id = await member(bound, marked, source);
  const moved = randomUUID();
  const { sealed } = await call<{ sealed: string }>(
    'offerTransfer',
    { id, ...step(moved) },
    { select: 'sealed' },
  );
  const { recordId } = await call<{ recordId: string }>(
    'acceptTransfer',
    { platform: target.code, transferId: moved, from: source.code, sealed, acceptBy: inADay() },
    { select: 'recordId' },
  );
  await call('completeTransfer', { id, transferId: moved, transferredToId: recordId });

  const stays = randomUUID();
  const request = await call('submitServiceRequest', requestInput(marked, source), {
    as: marked.worker(),
  });
  await call('offerTransfer', { id: request.id, ...step(stays) });
  await call('declineTransfer', { platform: target.code, transferId: stays });
  await call('withdrawTransfer', { id: request.id, transferId: stays });
}

/** The province's saga: a request and a member that arrive, and one that is called back. */
export async function sagas(
  bound: Bound,
  marked: Marked,
  source: Site,
  target: Site,
): Promise<void> {
  const { call, callProvince, read } = bound;
  const request = await call('submitServiceRequest', requestInput(marked, source), {
    as: marked.worker(),
  });
  const started: string[] = [];
  for (const recordId of [request.id, await member(bound, marked, source)]) {
    started.push(
      await callProvince('startTransfer', {
        idempotencyKey: randomUUID(),
        recordId,
        to: target.code,
      }),
    );
  }
  const recordId = await member(bound, marked, source);
  const id = await callProvince('startTransfer', { recordId, to: target.code });
  await callProvince('cancelTransfer', { id });
  started.push(id);
  for (const each of started) {
    const ended = ['COMPLETED', 'WITHDRAWN'];
    for (;;) {
      const found = await read<{ transfer: { status: string } }>(
        `{ transfer(id: "${each}") { status } }`,
      );
      if (ended.includes(found.transfer.status)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function sealingKeyOf(read: Bound['read'], code: string): Promise<string> {
  const found = await read<{ platform: { sealingKey: string } }>(
    `{ platform(code: "${code}") { sealingKey } }`,
  );
  return found.platform.sealingKey;
}

/** A caller's methods, bound to it. */
export interface Bound {
  readonly call: Caller['call'];
  readonly callProvince: Caller['callProvince'];
  readonly read: Caller['read'];
}
