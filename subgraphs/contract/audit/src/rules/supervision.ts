/** What the module `supervision` asks beyond the core. */
import { Maker } from '../maker.ts';
import { mustBe, mustRefuse, readRecord, resultOf } from '../records.ts';
import { must, type Rule } from '../rule.ts';
import { cameIn } from '../server.ts';

export const supervisionRules: readonly Rule[] = [
  {
    id: 'supervision.M1',
    level: 'MUST',
    title: 'A question is about one thing, and its answer stands with it',
    module: 'supervision',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      const ask = maker.step('askSupervision');
      const aboutRequest = await maker.call(ask);
      const asked = await maker.send(aboutRequest, 'id status subject requestId');
      const question = resultOf(asked, ask.name, 'supervision');
      const { requestId } = aboutRequest.input;
      mustBe(asked.sent, question, { status: 'ASKED', subject: 'REQUEST', requestId });
      const request = await readRecord(server, 'ServiceRequest', String(requestId), 'supervised');
      mustBe(request.sent, request.record, { supervised: true });

      const figure = await maker.call(ask, undefined, 'MONEY', { metric: 'requestBacklog' });
      const askedOfFigure = await maker.send(figure, 'id subject');
      mustBe(askedOfFigure.sent, resultOf(askedOfFigure, ask.name, 'supervision'), {
        subject: 'FIGURE',
      });
      for (const [input, why] of [
        [{ requestId, metric: 'requestBacklog' }, 'a question is about one of the two'],
        [{ requestId: null, metric: null }, 'a question is about something'],
      ] as const) {
        const call = await maker.call(ask, undefined, 'MONEY', input);
        mustRefuse(await maker.send(call), 'BAD_INPUT', why);
      }

      // A signed call is not the owner's own: then the answer is nobody's to give here.
      if (server.signer) return;
      const id = String(question['id']);
      const answer = await maker.call(maker.step('answerSupervision'), { id });
      const answered = await maker.send(answer, 'id status answer result answeredAt');
      const wanted = { id, status: 'ANSWERED', answer: answer.input['answer'] };
      const record = resultOf(answered, answer.name, 'supervision');
      mustBe(answered.sent, record, { ...wanted, result: answer.input['result'] });
      must(record['answeredAt'] != null, answered.sent, () => cameIn(answered), 'answeredAt.');
    },
  },
];
