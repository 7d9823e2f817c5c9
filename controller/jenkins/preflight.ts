import type { Preflight } from '../core/run/observation.js';
import type { JobRequest } from '../reconcile/ports.js';
import { jobSegments } from './address.js';
import type { Connection } from './connection.js';
import { runParameter, sentParameters, whyUnsendable } from './request.js';
import { type JobShape, type ParameterDefinition, parseJob } from './shapes.js';
import { shorten } from './words.js';

const tree =
  'fullName,buildable,disabled,concurrentBuild,nextBuildNumber,' +
  'property[parameterDefinitions[name,type,choices,defaultParameterValue[value]]]';

const whyRunParameter =
  'add a string parameter of that name, without a default: by it Towpath finds its builds and asks for none twice';

/**
 * Whether the job can be asked with exactly these parameters. Jenkins drops unknown names and fills in missing ones without a word, so
 * that a typing error could deploy the job's default, which is why both are refused here.
 */
export async function preflight(connection: Connection, request: JobRequest, signal: AbortSignal): Promise<Preflight> {
  const unsendable = whyUnsendable(request);
  const name = jobSegments(request.job);
  if (unsendable !== undefined || name === undefined) return { state: 'refused', message: unsendable ?? 'the job has no name' };

  const answer = await connection.readJson('preflight', ({ job }) => job.get({ name, tree }), signal);
  if (answer.kind === 'unavailable') return { state: 'unavailable', message: answer.message };
  if (answer.kind === 'forbidden') return { state: 'refused', message: answer.message };
  const refused = (what: string): Preflight => ({ state: 'refused', message: connection.says(what) });
  if (answer.kind === 'missing') {
    const user = connection.credentials?.username ?? 'anonymous';
    return refused(`has no job ${request.job}, or the user ${user} lacks the permission Job/Read for it`);
  }
  const job = parseJob(answer.value);
  if (job === undefined) return refused(`has at ${request.job} something that cannot be built`);
  const reason = whyRefused(request, job);
  if (reason !== undefined) return refused(reason);
  return { state: 'ready', nextBuildNumber: job.nextBuildNumber, session: answer.session };
}

function whyRefused(request: JobRequest, { definitions, isBuildable, isDisabled }: JobShape): string | undefined {
  const { job } = request;
  if (isDisabled) return `has the job ${job} disabled`;
  if (!isBuildable) return `says that the job ${job} cannot be built`;
  const sent = sentParameters(request);
  const undefinedName = [...sent.keys()].find((name) => !definitions.some((definition) => definition.name === name));
  if (undefinedName === runParameter)
    return `has a job ${job} that does not define the parameter ${runParameter}; ${whyRunParameter}`;
  if (undefinedName !== undefined) return `has a job ${job} that does not define the parameter ${undefinedName}`;
  for (const definition of definitions) {
    const value = sent.get(definition.name);
    if (value === undefined) return `has a job ${job} with the parameter ${shorten(definition.name)}, which is not sent`;
    const reason = whyUnfit(definition, value);
    if (reason !== undefined) return `has a job ${job} whose parameter ${definition.name} ${reason}`;
  }
  return undefined;
}

function whyUnfit({ type, choices }: ParameterDefinition, value: string): string | undefined {
  if (choices !== undefined && !choices.includes(value)) {
    const known = choices.slice(0, 10).map((choice) => JSON.stringify(shorten(choice, 60)));
    return `has no choice ${JSON.stringify(shorten(value, 60))}; it has ${known.join(', ')}`;
  }
  if (type === 'BooleanParameterDefinition' && value !== 'true' && value !== 'false') {
    return `is true or false, not ${JSON.stringify(shorten(value, 60))}`;
  }
  if (type === 'FileParameterDefinition') return 'is a file, which is not sent';
  return undefined;
}
