import type { DesiredEnvironment } from './model.js';
import type { ReleaseSourceResource } from './resources/release-source.js';
import { substitute } from './substitution.js';

/** The job that this environment's deployments go through. */
export function jobOf(desired: DesiredEnvironment): string {
  const { product, environment, stage, client = '' } = desired;
  return substitute(product.deployer.job, { product: product.name, environment, stage, client, version: desired.version });
}

/** What the documents name and the operator has not configured. */
export function configurationProblem(desired: DesiredEnvironment, source: ReleaseSourceResource): string | undefined {
  const { product } = desired;
  const { claim } = product.deployer;
  const named = [product.descriptor?.bucket, claim !== undefined && 'bucket' in claim ? claim.bucket : undefined];
  const buckets = (source.spec.buckets ?? []).map(({ name }) => name);
  const bucket = named.find((name) => name !== undefined && !buckets.includes(name));
  if (bucket !== undefined) return unknown('bucket', bucket, buckets, { product: product.name, source });
  const stage = product.stages.find(({ name }) => name === desired.stage);
  const jobs = [
    { server: product.deployer.server, job: jobOf(desired) },
    ...(stage?.verification ?? []).map(({ jenkins }) => jenkins),
  ];
  const servers = source.spec.jenkins ?? [];
  for (const { server, job } of jobs) {
    const found = servers.find(({ name }) => name === server);
    if (found === undefined)
      return unknown(
        'Jenkins server',
        server,
        servers.map(({ name }) => name),
        { product: product.name, source },
      );
    if (!found.jobs.some((pattern) => matchesJob(pattern, job))) {
      return `product ${product.name} names the job ${job}, which ReleaseSource ${source.metadata.name} does not allow on ${server} (${found.jobs.join(', ')})`;
    }
  }
  return undefined;
}

function unknown(
  kind: string,
  name: string,
  known: readonly string[],
  where: { product: string; source: ReleaseSourceResource },
): string {
  const there = known.length === 0 ? 'none' : known.join(', ');
  return `product ${where.product} names the ${kind} ${name}, which ReleaseSource ${where.source.metadata.name} does not have (${there})`;
}

/** `*` stands for any characters but a slash, `**` for any; compared piece by piece, so in linear time. */
export function matchesJob(pattern: string, job: string): boolean {
  if (pattern === '**') return true;
  const [wanted, given] = [pattern.split('/'), job.split('/')];
  if (wanted.at(-1) === '**')
    return given.length >= wanted.length && wanted.slice(0, -1).every((piece, at) => matchesPiece(piece, given[at] ?? ''));
  return wanted.length === given.length && wanted.every((piece, at) => matchesPiece(piece, given[at] ?? ''));
}

function matchesPiece(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(head)) return false;
  let at = head.length;
  const tail = rest.pop() ?? '';
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}
