import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Fields that never leave the process, wherever they stand. */
const secretFields = [
  'password',
  'token',
  'secret',
  'secretAccessKey',
  'accessKeyId',
  'sessionToken',
  'authorization',
  'Authorization',
  'credentials',
  'cookie',
];

/** JSON lines with ISO times; errors as type, message and stack without their other properties, which may hold requests. */
export function createLogger(options: { level: string; destination?: DestinationStream; base?: object }): Logger {
  const redact = { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' };
  const settings = {
    level: options.level,
    base: options.base ?? null,
    redact,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: plainError, error: plainError },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const reason = 'reason' in error && typeof error.reason === 'string' ? { reason: error.reason } : {};
  return {
    type: error.name,
    ...reason,
    message: withoutCredentials(error.message),
    stack: withoutCredentials(error.stack ?? ''),
  };
}

/** Takes the user part out of every URL. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1');
}
