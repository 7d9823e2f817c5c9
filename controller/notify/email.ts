import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Message } from '../core/notify/message.js';
import { toText } from '../core/notify/plain-text.js';
import type { Delivery, Sink } from '../reconcile/ports.js';
import { isLoopback, misconfigured, parseSinkUrl } from './address.js';
import type { OpenSink } from './open-sink.js';

const mail = { secure: 'smtps:', plain: 'smtp:' };

/**
 * Mail by SMTP: TLS from the start (smtps) or by STARTTLS, which is demanded but for this host or where allowInsecure says so. The
 * Message-ID is made of the key (RFC 5322, 3.6.4): a message that is sent again after a doubt is the same message, and most mailboxes
 * show it once. Messages of one deployment are a thread.
 */
export function createEmail({ spec, secret, exchanging }: OpenSink): Sink {
  const url = parseSinkUrl({ sink: spec.name, url: spec.url, protocols: mail });
  if (spec.from === undefined || spec.to === undefined || spec.to.length === 0)
    throw misconfigured(spec.name, 'it needs from and to');
  const { from, to } = spec;
  const isSecure = url.protocol === mail.secure;
  const { username, password } = secret;
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    secure: isSecure,
    requireTLS: !isSecure && spec.allowInsecure !== true && !isLoopback(url.hostname),
    ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
    connectionTimeout: exchanging.timeoutMs,
    greetingTimeout: exchanging.timeoutMs,
    socketTimeout: exchanging.timeoutMs,
    dnsTimeout: exchanging.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: { rejectUnauthorized: true, ...(secret['ca.crt'] === undefined ? {} : { ca: secret['ca.crt'] }) },
  };
  return {
    certainty: 'none',
    async send(message, _handle, signal) {
      const transport = createTransport(options);
      const stop = () => transport.close();
      signal.addEventListener('abort', stop);
      try {
        await transport.sendMail(toMail(message, { from, to }));
        return { state: 'delivered' };
      } catch (error) {
        signal.throwIfAborted();
        return toFailure(error, spec.name);
      } finally {
        signal.removeEventListener('abort', stop);
        transport.close();
      }
    },
    find: async () => ({ state: 'absent' }),
  };
}

function toMail(message: Message, { from, to }: { from: string; to: readonly string[] }) {
  const thread = messageId(message.thread, from);
  const id = messageId(message.key, from);
  return {
    from,
    to: [...to],
    subject: message.title,
    text: toText(message),
    date: new Date(message.at),
    messageId: id,
    // Nobody has sent the message that is referred to; mail programs gather what refers to one all the same.
    references: thread,
    inReplyTo: thread,
    headers: { 'X-Towpath-Event': message.event, 'Auto-Submitted': 'auto-generated' },
  };
}

/** The same for the same key, with the domain of the sender. */
function messageId(key: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'towpath.invalid';
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${domain}>`;
}

/** Then the message itself had not gone out: the name, the TLS, the login or the addresses were what failed. */
const neverSent: ReadonlySet<string> = new Set(['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'EENVELOPE', 'EREQUIRETLS']);

/** A connection that ends says the same before and after the message has gone out: nobody knows then. */
function toFailure(error: unknown, sink: string): Exclude<Delivery, { state: 'delivered' }> {
  const { code, responseCode, syscall } = error as { code?: unknown; responseCode?: unknown; syscall?: unknown };
  const word = typeof code === 'string' && /^[A-Z_0-9]{1,40}$/.test(code) ? code : 'FAILED';
  const isAnswered = typeof responseCode === 'number';
  const message = `${sink} ${isAnswered ? `answered ${responseCode} (${word})` : `cannot be reached: ${word}`}`;
  if (isAnswered && responseCode >= 500 && word !== 'EAUTH' && word !== 'ECONNECTION') return { state: 'refused', message };
  return { state: 'failed', message, isSent: !isAnswered && syscall !== 'connect' && !neverSent.has(word) };
}
