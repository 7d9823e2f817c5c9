import { dirname, resolve } from 'node:path';
import type { RebuildFlags } from '../cli/rebuild.js';
import { UsageError } from '../config.js';
import { withKube } from '../operate/cluster.js';
import { type Rebuilt, rebuild } from '../operate/rebuild.js';
import { withStoppedStandalone } from '../standalone.js';
import { mustAnswer, mustBeFolder, operateOptions } from './cluster.js';

const deadlineMs = 30 * 60_000;

/** `towpath rebuild`. Throws UsageError for wrong usage, and an Error that says why where nothing may be restored. */
export async function runRebuild(flags: RebuildFlags, out: (text: string) => void): Promise<number> {
  const { data, config, kubeconfig, context } = flags;
  if ((data === undefined) !== (config === undefined))
    throw new UsageError('--data and --config go together: the folder and the file of towpath standalone');
  if (data !== undefined && (kubeconfig ?? context) !== undefined)
    throw new UsageError('--data and --kubeconfig (or --context) name two places: give one');
  await mustBeFolder(flags.trail, '--trail');
  const options = operateOptions(flags, deadlineMs);
  if (data === undefined) await mustAnswer(options);
  const work = { ...optionsOf(flags), signal: options.signal };
  const rebuilt =
    data === undefined || config === undefined
      ? await withKube(options, (kube) => rebuild(kube, work))
      : await withStoppedStandalone({ directory: data, configurationFile: config }, (target) =>
          withKube({ ...options, kubeconfig: target }, (kube) =>
            rebuild(kube, { ...work, directoriesRelativeTo: dirname(resolve(config)), alone: true }),
          ),
        );
  out(formatRebuilt(rebuilt, flags.dryRun ?? false));
  return 0;
}

function optionsOf({ source, trail, leaseNamespace, dryRun }: RebuildFlags) {
  return {
    lease: { name: 'towpath', ...(leaseNamespace === undefined ? {} : { namespace: leaseNamespace }) },
    dryRun: dryRun ?? false,
    ...(source === undefined ? {} : { source }),
    ...(trail === undefined ? {} : { folder: resolve(trail) }),
  };
}

function formatRebuilt({ environments }: Rebuilt, dryRun: boolean): string {
  if (environments.length === 0) return 'The audit trail holds nothing of this namespace.\n';
  const verb = dryRun ? 'would be restored' : 'restored';
  const lines = environments.map(({ name, version = 'nothing', runs, skipped }) =>
    skipped === undefined ? `${name}: ${version}, ${runs} runs ${verb}` : `${name}: left alone, ${skipped}`,
  );
  const done = environments.filter(({ skipped }) => skipped === undefined).length;
  return `${[...lines, `${done} of ${environments.length} environments ${verb}.`].join('\n')}\n`;
}
