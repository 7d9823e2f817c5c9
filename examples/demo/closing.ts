import { join } from 'node:path';
import { createPaint, pageWidth } from './layout.js';
import type { Summary } from './reckoning.js';
import type { World } from './world.js';

/** The summary, for people. */
export function closingOf(summary: Summary, colored: boolean): string {
  const paint = createPaint(colored);
  const { deployments, succeeded, failed, builds, checks, foreign, doubles, errors, seconds, problems } = summary;
  const row = (name: string, count: number, text: string) => `   ${name.padEnd(14)}${String(count).padStart(4)}   ${text}`;
  const verdict = problems.length === 0 ? 'Every environment runs what git asks for' : 'Something is not as it should be';
  return [
    '',
    paint('bold', `── ${verdict} `.padEnd(pageWidth, '─')),
    '',
    row('deployments', deployments, `${succeeded} succeeded, ${failed} failed (on purpose)`),
    row('builds', builds, `in Jenkins: ${deployments} deployments, ${checks} checks, ${foreign} started by hand`),
    row(
      'doubles',
      doubles,
      doubles === 0 ? 'each deployment was triggered exactly once' : 'deployments were triggered more than once',
    ),
    row('errors', errors, 'in documents, reported before they could touch an environment'),
    row('seconds', seconds, 'from the first process to the last verification'),
    ...problems.map((problem) => paint('red', `   wrong: ${problem}`)),
    '',
  ].join('\n');
}

export interface Failure {
  readonly event: 'failure';
  readonly message: string;
  /** The last warnings and errors of the controller. */
  readonly complaints: readonly string[];
}

export function failureOf({ message, complaints }: Failure): string {
  const said = complaints.length === 0 ? [] : ['The controller said last:', ...complaints.map((line) => `   ${line}`)];
  return `${['', `The story did not go on: ${message}`, ...said].join('\n')}\n`;
}

/** How to look around while it stays up. */
export function invitationOf({ kubeconfig, http, jenkins, repository, directory }: World, colored: boolean): string {
  const paint = createPaint(colored);
  const version = 'products/loyalty/environments/qa/version.yaml';
  return [
    '',
    paint('bold', '   It stays up until Ctrl-C. Look around, in another terminal:'),
    '',
    `   export KUBECONFIG=${kubeconfig}`,
    '   kubectl get tenv -o wide',
    '   kubectl describe tenv loyalty.qa',
    '   kubectl get drun',
    '   kubectl get events --sort-by=.metadata.creationTimestamp',
    `   curl -s ${http}/metrics | grep ^towpath_`,
    `   less ${join(directory, 'controller.log')}`,
    '',
    paint('bold', '   Promote loyalty 2.9.4 to QA, by a commit:'),
    '',
    `   cd ${repository.directory}`,
    `   sed -i.bak 's/version: 2.9.3/version: 2.9.4/' ${version}`,
    "   git commit -am 'loyalty 2.9.4 in QA' && kubectl get tenv loyalty.qa --watch",
    '',
    paint('dim', `   Jenkins is a stand-in: ${jenkins.server.url} (user admin, token 11${'a'.repeat(32)})`),
    '',
    '',
  ].join('\n');
}
