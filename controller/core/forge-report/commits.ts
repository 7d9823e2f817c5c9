import type { Finding } from '../model.js';
import type { ForgeStatus } from '../resources/release-source.js';
import type { EnvironmentReport } from './environment.js';
import { counted, environmentContext, type StatusReport, sourceContext } from './status.js';

/** Commits that were told to be pending, with the environments that were: kept, so that none stays pending for ever. */
export type OpenCommit = NonNullable<ForgeStatus['open']>[number];

export interface CommitFacts {
  readonly source: string;
  /** The commit that is in force, and what is wrong with its documents. */
  readonly tip: { readonly sha: string; readonly documents: number; readonly errors: readonly Finding[] };
  readonly environments: readonly EnvironmentReport[];
  /** As they were last told. */
  readonly open: readonly OpenCommit[];
}

/** Environments of a commit that have a status of their own; code hosts limit how many a commit has, and people how many they read. */
export const mostOfCommit = 20;
export const mostOpen = 20;

/** What to say of which commits. Those that are done, and were told so, are not spoken of again. */
export function reportCommits(facts: CommitFacts): { readonly statuses: StatusReport[]; readonly open: OpenCommit[] } {
  const asked = byCommit(facts.environments);
  const pending = [...asked].filter(([, reports]) => reports.some(({ state }) => state === 'pending')).map(([sha]) => sha);
  const shas = new Set([facts.tip.sha, ...pending, ...facts.open.map(({ commit }) => commit)]);
  const statuses: StatusReport[] = [];
  const open: OpenCommit[] = [];
  for (const sha of shas) {
    const reports = asked.get(sha) ?? [];
    const shown = reports.slice(0, mostOfCommit);
    statuses.push(...shown.map((report) => toStatus(sha, report)), ...replaced(sha, facts), summary(sha, reports, facts));
    const waiting = shown.filter(({ state }) => state === 'pending').map(({ name }) => name);
    if (waiting.length > 0) open.push({ commit: sha, environments: waiting });
  }
  return { statuses, open: open.slice(0, mostOpen) };
}

function byCommit(environments: readonly EnvironmentReport[]): Map<string, EnvironmentReport[]> {
  const asked = new Map<string, EnvironmentReport[]>();
  for (const report of [...environments].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const known = asked.get(report.commit);
    if (known === undefined) asked.set(report.commit, [report]);
    else known.push(report);
  }
  return asked;
}

function toStatus(sha: string, { name, state, description, url }: EnvironmentReport): StatusReport {
  return { sha, context: environmentContext(name), state, description, ...(url === undefined ? {} : { url }) };
}

/** What was told to be pending, and is asked for by another commit by now, or by none. */
function replaced(sha: string, { open, environments }: CommitFacts): StatusReport[] {
  const told = open.find(({ commit }) => commit === sha)?.environments ?? [];
  return told.flatMap((name) => {
    const now = environments.find((one) => one.name === name)?.commit;
    if (now === sha) return [];
    const by = now === undefined ? 'git does not ask for it any more' : `${now.slice(0, 12)} asks for something else`;
    return [{ sha, context: environmentContext(name), state: 'error' as const, description: `not deployed: ${by}` }];
  });
}

function summary(sha: string, reports: readonly EnvironmentReport[], { source, tip }: CommitFacts): StatusReport {
  const about = { sha, context: sourceContext(source) };
  const isTip = sha === tip.sha;
  const [error] = isTip ? tip.errors : [];
  if (error !== undefined) {
    const { file, line, column, path, message } = error;
    const where = `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}`;
    return { ...about, state: 'failure', description: `${counted(tip.errors.length, 'error')}: ${where}${message}` };
  }
  if (reports.length === 0) {
    const valid = `${counted(tip.documents, 'valid document')}; it changes no environment`;
    return { ...about, state: 'success', description: isTip ? valid : 'it asks nothing of an environment any more' };
  }
  const any = (state: string) => reports.some((report) => report.state === state);
  const state = any('failure') ? 'failure' : any('pending') ? 'pending' : 'success';
  return { ...about, state, description: `${counted(reports.length, 'environment')}: ${shortly(reports)}` };
}

/** `2 deployed, 1 waiting for signoffs`. */
function shortly(reports: readonly EnvironmentReport[]): string {
  const counts = new Map<string, number>();
  for (const { short } of reports) counts.set(short, (counts.get(short) ?? 0) + 1);
  return [...counts].map(([short, count]) => `${count} ${short}`).join(', ');
}
