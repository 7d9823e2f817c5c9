import { isIP, isIPv4, isIPv6 } from 'node:net';

type Format = (text: string) => boolean;

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const last = month === '02' && !isLeap ? 28 : (days[Number(month) - 1] ?? 0);
  return year !== '' && Number(day) >= 1 && Number(day) <= last;
}

/** RFC 3339 date-time. */
export function isDateTime(text: string): boolean {
  const [, date = '', hours, minutes, seconds] =
    /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  return isDate(date) && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) <= 60;
}

function isUri(text: string): boolean {
  try {
    return new URL(text).href !== '';
  } catch {
    return text.startsWith('/');
  }
}

const formats: Readonly<Record<string, Format>> = {
  'date-time': isDateTime,
  datetime: isDateTime,
  date: isDate,
  uri: isUri,
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: (text) => text.length <= 253 && /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$/.test(text),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: (text) => isIP(text.split('/')[0] ?? '') > 0 && /^[^/]+\/\d{1,3}$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  duration: (text) => /^-?(\d+(\.\d+)?\s?(ns|us|µs|μs|ms|s|m|h|d|w))+$/.test(text),
};

/** The check of an OpenAPI `format`; unknown formats accept everything, as the API demands. */
export function formatOf(name: string): Format {
  return (Object.hasOwn(formats, name) ? formats[name] : undefined) ?? (() => true);
}
