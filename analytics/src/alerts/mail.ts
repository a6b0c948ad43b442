/** E-mail by SMTP: one message a notification, in Chinese and English. */
import { createTransport } from 'nodemailer';
import { NotTaken } from './outbox.ts';
import { shanghaiMs } from '../periods.ts';
import type { Notice } from './message.ts';

/** How and to whom mail is sent. */
export interface Mail {
  /** `smtps://user:password@host:465`, or `smtp://…`, which uses STARTTLS where the server offers it. */
  readonly smtp: string;
  readonly from: string;
  readonly to: readonly string[];
}

const connectMs = 10_000;
const silentMs = 30_000;

/** Sends one message to one address. The same id each time, so that who gets it twice can tell. */
export async function sendMail(
  mail: Mail,
  to: string,
  id: string,
  notice: Notice,
  signal?: AbortSignal,
): Promise<void> {
  const transport = createTransport({
    url: mail.smtp,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silentMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = transport.sendMail({
      from: mail.from,
      to,
      subject: `${notice.title.zh} / ${notice.title.en}`,
      text: textOf(notice),
      messageId: `<${id}@alerts.onenet>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    await (signal ? Promise.race([sent, stopped(signal)]) : sent);
  } catch (error) {
    throw new NotTaken(reasonOf(error));
  } finally {
    transport.close();
  }
}

/** A server that says nothing must not keep this process from its end. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function textOf({ text, link, openedAt, closedAt, id }: Notice): string {
  const times = [openedAt, ...(closedAt === null ? [] : [closedAt])].map(local).join(' → ');
  return [text.zh, '', text.en, '', times, id, ...(link === null ? [] : [link])].join('\n');
}

/** As clocks in China show it. */
function local(time: string): string {
  const there = new Date(Date.parse(time) + shanghaiMs).toISOString();
  return `${there.slice(0, 10)} ${there.slice(11, 16)} (UTC+8)`;
}

/** Never the error's own text: it may have names of people, or what was sent to sign in. */
function reasonOf(error: unknown): string {
  const status = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
  if (typeof status === 'number') return `SMTP ${status}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'no connection';
}
