import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPaint, type Paint, pageWidth } from './layout.js';
import type { Summary } from './reckoning.js';
import type { World } from './world.js';

/** The summary, for people. */
export function closingOf(summary: Summary, { colored, keep }: { colored: boolean; keep: boolean }): string {
  const paint = createPaint(colored);
  const { deployments, succeeded, failed, builds, checks, foreign, doubles, owed, errors, seconds, problems } = summary;
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
    row('owed', owed, 'left by a shorter path and by checklists, each with an owner and a date'),
    row('errors', errors, 'in documents, reported before they could touch an environment'),
    row('seconds', seconds, 'from the first process to the last verification'),
    ...problems.map((problem) => paint('red', `   wrong: ${problem}`)),
    '',
    ...(keep ? [] : howToLook(paint)),
  ].join('\n');
}

function howToLook(paint: Paint): string[] {
  return [
    paint('bold', '   To look around: npm run demo -- --keep, and then'),
    '',
    '   kubectl get tenv                            every environment, and the gate that it waits for',
    '   kubectl get trel                            every release: how far it is, and what is still owed',
    '   towpath explain loyalty.production-globex   every gate, who can open it and when it next changes',
    '   towpath report --from DAY --to DAY          releases, deployments, what gates held, plan and truth',
    '',
  ];
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
  const towpath = `node ${fileURLToPath(new URL('../../controller/main.js', import.meta.url))}`;
  const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  return [
    '',
    paint('bold', '   It stays up until Ctrl-C. Look around, in another terminal:'),
    '',
    `   export KUBECONFIG=${kubeconfig}`,
    '   kubectl get tenv -o wide',
    '   kubectl get trel -o wide',
    '   kubectl describe trel checkin.7.4.2',
    '   kubectl get drun',
    '   kubectl get events --sort-by=.metadata.creationTimestamp',
    `   curl -s ${http}/metrics | grep ^towpath_`,
    `   less ${join(directory, 'controller.log')}`,
    '',
    `   alias towpath='${towpath}'`,
    '   towpath explain loyalty.production-globex',
    `   towpath report --from ${day(0)} --to ${day(1)}`,
    '',
    paint('bold', '   Ask for checkin 7.5.0 everywhere, by a commit, and see what holds it:'),
    '',
    `   cd ${repository.directory}`,
    "   sed -i.bak 's/version: 7.4.[12]/version: 7.5.0/' products/checkin/environments/*/version.yaml",
    "   git commit -am 'checkin 7.5.0' && kubectl get tenv -l towpath.dev/product=checkin --watch",
    '',
    paint('dim', `   Jenkins is a stand-in: ${jenkins.server.url} (user admin, token 11${'a'.repeat(32)})`),
    '',
    '',
  ].join('\n');
}
