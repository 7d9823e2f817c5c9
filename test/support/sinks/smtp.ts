import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** As much of SMTP (RFC 5321) as a client without TLS meets on this host. */
export interface SmtpStandIn {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** Credentials that were given, decoded. */
  readonly logins: readonly string[];
  /** Decides what happens to a command; undefined: what a server does. A lost answer is one of something that was done. */
  fault: (command: string) => string | 'lost' | undefined;
  close(): Promise<void>;
}

export async function startSmtp(): Promise<SmtpStandIn> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const standIn = { mails, logins, fault: (() => undefined) as SmtpStandIn['fault'] };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, standIn);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(standIn, {
    url: `smtp://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

function converse(socket: Socket, standIn: { mails: Mail[]; logins: string[]; fault: SmtpStandIn['fault'] }): void {
  let buffer = '';
  let envelope = { from: '', to: [] as string[] };
  let inData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const answer = (command: string, act: () => string) => {
    const fault = standIn.fault(command);
    if (fault !== undefined && fault !== 'lost') return say(fault);
    const reply = act();
    return fault === 'lost' ? socket.destroy() : say(reply);
  };
  const address = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? '';
  const commands: Record<string, (line: string) => void> = {
    EHLO: () => say('250-stand-in\r\n250-AUTH PLAIN\r\n250 8BITMIME'),
    AUTH: (line) =>
      answer('AUTH', () => {
        standIn.logins.push(Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8'));
        return '235 2.7.0 welcome';
      }),
    MAIL: (line) =>
      answer('MAIL', () => {
        envelope = { from: address(line), to: [] };
        return '250 ok';
      }),
    RCPT: (line) =>
      answer('RCPT', () => {
        envelope.to.push(address(line));
        return '250 ok';
      }),
    DATA: () => {
      inData = true;
      say('354 go on');
    },
    QUIT: () => {
      say('221 bye');
      socket.end();
    },
  };
  say('220 stand-in');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8');
    for (;;) {
      const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const taken = buffer.slice(0, end);
      buffer = buffer.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        answer('message', () => {
          standIn.mails.push(parseMail(envelope, taken));
          return '250 2.0.0 taken';
        });
      } else (commands[taken.slice(0, 4).toUpperCase()] ?? (() => say('502 what?')))(taken);
    }
  });
}

function parseMail(envelope: { from: string; to: readonly string[] }, raw: string): Mail {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = rest.join('\r\n\r\n').replaceAll('\r\n', '\n');
  const decoded = headers['content-transfer-encoding'] === 'quoted-printable' ? fromQuotedPrintable(body) : body;
  return { from: envelope.from, to: [...envelope.to], headers, text: decoded };
}

function fromQuotedPrintable(text: string): string {
  const bytes = text
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
