import type { Likeness } from '../core/run/observation.js';
import type { JobRequest } from '../reconcile/ports.js';
import { jobSegments } from './address.js';
import type { ParameterValues } from './shapes.js';
import { shorten } from './words.js';

/** The parameter that carries the id. */
export const runParameter = 'TOWPATH_RUN';

/** Every parameter becomes an environment variable, and Linux takes no longer ones than 128 KiB; a build would fail after it started. */
const maxValueBytes = 64 * 1024;

/** How many names are told at most. */
const maxNamed = 5;

/** Names that buildWithParameters takes for itself. */
const reserved = new Set(['delay', 'token', 'cause', 'json', 'Jenkins-Crumb']);

/** Why the request cannot be sent whatever the server says, or `undefined`. */
export function whyUnsendable({ job, id, parameters }: JobRequest): string | undefined {
  if (jobSegments(job) === undefined) return `the job name ${JSON.stringify(job)} is not the full name of a job`;
  if (!/^[A-Za-z0-9._-]{1,300}$/.test(id)) return `the id ${JSON.stringify(id)} cannot be a ${runParameter}`;
  if (Object.hasOwn(parameters, runParameter)) return `the parameter ${runParameter} belongs to Towpath and cannot be set`;
  const total = Object.values(parameters).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (total > 16 * maxValueBytes) return 'the parameters are larger than 1 MiB together';
  return Object.entries(parameters)
    .map(([name, value]) => whyBadParameter(name, value))
    .find((reason) => reason !== undefined);
}

function whyBadParameter(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,199}$/.test(name)) return `${JSON.stringify(name)} cannot be the name of a parameter`;
  if (reserved.has(name)) return `the parameter name ${name} means something else to Jenkins`;
  // U+0000 in a value takes the finished build's record away; a carriage return does not come through every reader of it.
  const control = /(?![\n\t])\p{Cc}|\p{Cs}/u.exec(value)?.[0];
  if (control !== undefined)
    return `the value of ${name} holds the character U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return Buffer.byteLength(value) > maxValueBytes ? `the value of ${name} is larger than 64 KiB` : undefined;
}

/** All that is sent, the id included. */
export function sentParameters({ id, parameters }: JobRequest): ReadonlyMap<string, string> {
  return new Map([...Object.entries(parameters), [runParameter, id]]);
}

export function carries(parameters: ParameterValues | undefined, id: string): boolean {
  return parameters?.get(runParameter) === id;
}

/** What of an item's parameters is not as it was sent, or `undefined`. A password's value cannot be compared. */
export function firstDifference(request: JobRequest, found: ParameterValues | undefined): string | undefined {
  const { differs, added = [] } = likeness(request, found);
  return differs ?? (added[0] === undefined ? undefined : `${added[0]} was added`);
}

/** The same, with what was sent and what the job has gained told apart. */
export function likeness(request: JobRequest, found: ParameterValues | undefined): Likeness {
  const sent = sentParameters(request);
  for (const [name, value] of sent) {
    if (found === undefined || !found.has(name)) return { differs: `${name} was dropped` };
    const arrived = found.get(name);
    if (arrived !== undefined && arrived !== value) return { differs: `${name} has another value` };
  }
  const added = [...(found?.keys() ?? [])].filter((name) => !sent.has(name)).map((name) => shorten(name, 60));
  return added.length === 0 ? {} : { added: added.slice(0, maxNamed) };
}
