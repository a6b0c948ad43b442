/** What the module `corrections` asks beyond the core. */
import { Maker } from '../maker.ts';
import { mustBe, mustRefuse, readRecord, resultOf } from '../records.ts';
import { must, type Rule } from '../rule.ts';
import { cameIn } from '../server.ts';

export const correctionRules: readonly Rule[] = [
  {
    id: 'corrections.M1',
    level: 'MUST',
    title: 'What a client says of a record is kept apart from others, and answered once',
    module: 'corrections',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      const doubt = maker.step('fileDataDoubt');
      const call = await maker.call(doubt);
      const fields = 'id status kind client recordId recordType field';
      const filed = await maker.send(call, fields);
      const correction = resultOf(filed, doubt.name, 'dataCorrection');
      const { recordId, field } = call.input;
      const recordType = 'ServiceRequest';
      mustBe(filed.sent, correction, {
        status: 'FILED',
        kind: 'DOUBT',
        recordId,
        recordType,
        field,
      });
      must(
        typeof correction['client'] === 'string',
        filed.sent,
        () => cameIn(filed),
        'The client of the credential.',
      );
      const again = await maker.call(doubt, undefined, 'MONEY', { recordId });
      mustRefuse(await maker.send(again), 'CONFLICT', 'the same is open already');
      const none = await maker.call(doubt, undefined, 'MONEY', { recordId, field: 'Nothing.at' });
      mustRefuse(await maker.send(none), 'BAD_INPUT', 'there is no such field');

      const id = String(correction['id']);
      const query = `{ dataCorrection(id: "${id}") { id text } }`;
      const own = await server.ask(query);
      must(!own.text.includes(String(call.input['text'])), own.sent, () => cameIn(own), 'No text.');
      // A signed call is not the owner's own: then the answer is nobody's to give here.
      if (server.signer) return;
      const answer = await maker.call(maker.step('rejectDataCorrection'), { id });
      resultOf(await maker.send(answer), answer.name, 'dataCorrection');
      const { sent, record } = await readRecord(server, 'DataCorrection', id, 'status answer');
      mustBe(sent, record, { status: 'REJECTED', answer: answer.input['answer'] });
    },
  },
];
