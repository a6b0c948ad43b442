/** Tells of alerts: what is to be sent of one, when, and the sending of what is due. */
import type { NetOwner } from '@onenet/contract';
import { destinationNames, mailName } from './destinations.ts';
import type { Destinations } from './destinations.ts';
import { sendMail } from './mail.ts';
import { messageOf } from './message.ts';
import type { Message } from './message.ts';
import { NotTaken } from './outbox.ts';
import type { AlertEvent, Delivery, Outbox } from './outbox.ts';
import { tellAt } from './quiet.ts';
import type { Rule, RuleSettings } from './rule.ts';
import type { StoredAlert } from './store.ts';
import { postWebhook } from './webhook.ts';

export class Teller {
  private readonly outbox: Outbox;
  private readonly destinations: () => Promise<Destinations>;

  constructor(outbox: Outbox, destinations: () => Promise<Destinations>) {
    this.outbox = outbox;
    this.destinations = destinations;
  }

  /** What makes the deliveries of an alert that opens, becomes graver or closes: one a destination, held back in quiet times. */
  async deliveries(
    event: AlertEvent,
    rule: Rule,
    { quiet }: RuleSettings,
    owner: NetOwner | undefined,
    nowMs: number,
  ): Promise<(alert: StoredAlert) => readonly Delivery[]> {
    const destinations = await this.destinations();
    return (alert) => {
      const body = JSON.stringify(messageOf(event, rule, alert, owner, destinations.link));
      const notBefore = new Date(tellAt(quiet, alert.severity, nowMs));
      return destinationNames(destinations).map((destination) => ({
        _id: `${alert._id}.${stepOf(event, alert)}.${destination}`,
        alert: alert._id,
        event,
        destination,
        body,
        state: 'WAITING',
        attempts: 0,
        notBefore,
        dueAt: notBefore,
        sentAt: null,
        problem: null,
      }));
    };
  }

  /** Sends what is due; no destination waits for another. */
  async sendDue(nowMs: number, signal?: AbortSignal): Promise<void> {
    const destinations = await this.destinations();
    await this.outbox.giveUpOld(nowMs);
    await Promise.all(
      destinationNames(destinations).map((name) =>
        this.outbox.sendDue(
          name,
          nowMs,
          (delivery) => send(destinations, delivery, nowMs, signal),
          signal,
        ),
      ),
    );
  }
}

/** Of each there is one for an alert. */
function stepOf(event: AlertEvent, { severity }: StoredAlert): string {
  return event === 'alert.graver' ? `graver${severity}` : event.slice('alert.'.length);
}

async function send(
  { webhooks, addresses, mail }: Destinations,
  { _id, destination, body }: Delivery,
  nowMs: number,
  signal?: AbortSignal,
): Promise<void> {
  // An id of the specification is of its own kind, and says nothing else.
  const id = `msg_${_id.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
  const to = mail?.to.find((address) => mailName(address) === destination);
  if (mail && to !== undefined) {
    await sendMail(mail, to, id, (JSON.parse(body) as Message).data, signal);
    return;
  }
  const webhook = webhooks.find(({ name }) => destination === `webhook:${name}`);
  if (!webhook) throw new NotTaken('no destination of this name');
  await postWebhook(webhook, addresses, { id, body }, nowMs, signal);
}
