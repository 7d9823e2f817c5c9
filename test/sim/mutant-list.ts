import { governed } from './mutants-governed.js';
import type { Trouble } from './plan.js';

/** One deliberate bug, as replacements in the built JavaScript. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly { readonly file: string; readonly search: string; readonly replace: string }[];
  /** Without these a seed cannot find it, and is left out. */
  readonly having?: readonly Trouble[];
  /** Hunted where releases are governed. */
  readonly isGoverned?: boolean;
  /** `harmless`: something else in the protocol makes up for it, so that no seed can find it; a note says what. */
  readonly expect: 'found' | 'harmless';
}

const drive = 'reconcile/drive.js';
const invocation = 'core/run/invocation.js';
const afterLookup = 'core/run/lookup.js';
const ledger = 'core/run/ledger.js';
const lookup = 'jenkins/lookup.js';
const request = 'jenkins/request.js';
const tracking = 'jenkins/tracking.js';

const queueFirst = `const queue = await readQueue(connection, signal);
    if ('state' in queue)
        return queue;
    const found = await readBuildsSince(connection, request, signal);
    if ('state' in found)
        return found;`;
const buildsFirst = `const found = await readBuildsSince(connection, request, signal);
    if ('state' in found)
        return found;
    const queue = await readQueue(connection, signal);
    if ('state' in queue)
        return queue;`;
const oneLook = {
  file: lookup,
  search: 'if (first.items.length > 0 || first.builds.length > 0)',
  replace: 'if (first !== undefined)',
};

/** Each must be found by the simulation; what finds none of them proves nothing. */
export const mutants: readonly Mutant[] = [
  {
    name: 'remove the claim',
    patches: [
      {
        file: drive,
        search: 'return write(run, compact({ ...status, judgement: judgement ?? status.judgement }), context);',
        replace: 'return { ...run, status: compact({ ...status, judgement: judgement ?? status.judgement }) };',
      },
    ],
    expect: 'found',
  },
  {
    name: 'trust a 201',
    patches: [
      {
        file: invocation,
        search: "return { ...invocation, state: 'Triggering', message: 'the queue item is gone; looking for the build' };",
        replace: 'return invocation;',
      },
    ],
    expect: 'found',
  },
  {
    // With the second look, a second later, nothing is missed: what was between queue and builds then is a build now.
    name: 'look builds up first, but twice',
    patches: [{ file: lookup, search: queueFirst, replace: buildsFirst }],
    expect: 'harmless',
  },
  {
    name: 'look builds up before the queue',
    patches: [{ file: lookup, search: queueFirst, replace: buildsFirst }, oneLook],
    having: ['late-posts'],
    expect: 'found',
  },
  {
    name: 'ignore the session',
    patches: [
      { file: afterLookup, search: 'const restarted = lookup.session !== claim.session;', replace: 'const restarted = false;' },
    ],
    expect: 'found',
  },
  {
    name: 'treat 404 as never started',
    patches: [
      {
        file: invocation,
        search: "return { ...invocation, state: 'Triggering', message: 'the build is gone; looking for it' };",
        replace: "return { state: 'Pending', message: 'it never started' };",
      },
    ],
    expect: 'found',
  },
  {
    name: 'skip judging gates again',
    patches: [
      {
        file: 'reconcile/advance.js',
        search: "if (run.spec.action === 'verify' || run.status?.jenkins?.state === 'Finished')",
        replace: 'if (run.spec.action !== undefined)',
      },
    ],
    expect: 'found',
  },
  {
    name: 'write the status before the run',
    patches: [
      {
        file: 'core/decide.js',
        search: 'asked !== undefined && (settled || isAnswered(facts, name, asked))',
        replace: 'asked !== undefined',
      },
    ],
    expect: 'found',
  },
  {
    name: 'drop the compare-and-swap',
    patches: [
      {
        file: 'kube/writer.js',
        search: 'body: { ...object, ...this.#type(), status: wanted },',
        replace:
          'body: { ...object, ...this.#type(), metadata: { ...object.metadata, resourceVersion: undefined }, status: wanted },',
      },
    ],
    expect: 'found',
  },
  {
    name: 'forget the gap rule',
    patches: [{ file: afterLookup, search: 'if (lookup.vanished.length > 0)', replace: 'if (lookup.vanished.length > 1e9)' }],
    expect: 'found',
  },
  {
    name: 'wait for no late request',
    patches: [{ file: afterLookup, search: 'if (waited >= graceMs)', replace: 'if (waited >= 0)' }],
    expect: 'found',
  },
  {
    name: 'believe one look',
    patches: [oneLook],
    having: ['late-posts'],
    expect: 'found',
  },
  {
    name: 'believe numbers without what they carry',
    having: ['kill-jenkins'],
    patches: [
      { file: tracking, search: '|| !carries(item.parameters, id))', replace: ')' },
      { file: tracking, search: 'if (!carries(build.parameters, id))', replace: 'if (build.parameters === undefined)' },
      { file: request, search: '{ differs: `${name} has another value` }', replace: '{}' },
    ],
    expect: 'found',
  },
  {
    name: 'adopt a build whatever it was started with',
    having: ['change-job', 'jenkins-faults'],
    patches: [{ file: request, search: '{ differs: `${name} was dropped` }', replace: '{}' }],
    expect: 'found',
  },
  {
    name: 'take a claim for an end',
    having: ['terminate-jenkins'],
    patches: [
      {
        file: ledger,
        search: 'return notEnded({ ...unknown, ledger: entryOf(reading) }, before);',
        replace: "return byLedger(unknown, { ...reading, result: 'SUCCESS' }, now);",
      },
    ],
    expect: 'found',
  },
  {
    name: 'take a refused double for the deployment',
    having: ['kill-jenkins'],
    patches: [
      { file: ledger, search: 'if (first === undefined || first === invocation.buildNumber)', replace: 'if (first !== 0)' },
    ],
    expect: 'found',
  },
  {
    name: 'repeat a POST that was reset',
    patches: [
      {
        file: 'jenkins/trigger.js',
        search: 'const verdict = judge(connection, found);',
        replace:
          "const again = found.kind !== 'failed' ? found : await post('trigger', { path: `${jobPath(segments)}/buildWithParameters?delay=1sec`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams([...sentParameters(request)]).toString() }, signal);\n    const verdict = judge(connection, again);",
      },
    ],
    expect: 'found',
  },
  ...governed,
];
