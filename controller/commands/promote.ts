import { readFile } from 'node:fs/promises';
import type { PromoteFlags, PromoteWords, ProposalFlags } from '../cli/promote.js';
import { formatPromotion, promotionJson } from '../cli/promotion-text.js';
import type { RollbackFlags } from '../cli/rollback.js';
import type { Terminal } from '../cli/terminal.js';
import { forgeEnvironment, proxyEnvironment, UsageError } from '../config.js';
import { unifiedDiff } from '../core/promote/diff.js';
import { PromoteRefused } from '../core/promote/refused.js';
import { plan } from '../operate/plan.js';
import { type Promotion, type PromotionRequest, promote } from '../operate/promote.js';
import { choosePromotion, chooseRollback, type PromoteQuestion } from '../operate/promote-choose.js';
import { type ForgeHints, type ForgePlace, forgeInCluster, placeForge } from '../operate/promote-forge.js';
import { operateOptions } from './cluster.js';

/** Fetching and pushing a large repository over a slow line is part of it. */
const deadlineMs = 600_000;

type Choose = (index: Parameters<PromotionRequest['choose']>[0], signal: AbortSignal) => ReturnType<PromotionRequest['choose']>;

/** `towpath promote`. Throws UsageError for wrong usage, and an Error that says why where it is refused. */
export async function runPromote(words: PromoteWords, flags: PromoteFlags, terminal: Terminal): Promise<number> {
  const question = questionOf(words, flags);
  return run(flags, terminal, (index) => choosePromotion(index, question, clusterOf(flags)));
}

/** `towpath rollback`. The same. */
export async function runRollback(environment: string, flags: RollbackFlags, terminal: Terminal): Promise<number> {
  const { to, reason = '' } = flags;
  if (reason.trim() === '') throw new UsageError('--reason is empty: say why');
  const question = { environment, reason: reason.trim(), ...(to === undefined ? {} : { to }) };
  return run(flags, terminal, (index) => chooseRollback(index, question, clusterOf(flags)));
}

/** A cluster is named: one that merely could be asked is not, as for `towpath plan`. */
const asksCluster = ({ kubeconfig, context, namespace }: ProposalFlags) =>
  [kubeconfig, context, namespace].some((flag) => flag !== undefined);

const clusterOf = ({ kubeconfig, context, namespace }: ProposalFlags) =>
  operateOptions(plain({ kubeconfig, context, namespace }), 60_000);

/** Without what is undefined. */
const plain = (flags: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function questionOf({ product, version, environments }: PromoteWords, flags: PromoteFlags): PromoteQuestion {
  const { stage, client, from, to } = flags;
  const reason = flags.reason?.trim();
  const isUndocumented = flags.undocumented === true;
  const rest = {
    isUndocumented,
    ...(client === undefined ? {} : { client }),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  };
  if (from !== undefined || to !== undefined) {
    if (from === undefined || to === undefined) throw new UsageError('--from and --to go together');
    if (version !== undefined || stage !== undefined)
      throw new UsageError(
        '--from takes the version that is verified there, and --to names the stage: leave version, environments and --stage out',
      );
    return { environments: [], stage: to, from, ...rest, ...(product === undefined ? {} : { product }) };
  }
  if (product === undefined)
    throw new UsageError('name the product and the version, or take what is verified with --from and --to');
  if (version === undefined) throw new UsageError('name the version, or take what is verified with --from and --to');
  if ((environments.length === 0) === (stage === undefined))
    throw new UsageError('name environments, or all of a stage with --stage');
  return { product, version, environments, ...(stage === undefined ? {} : { stage }), ...rest };
}

async function run(flags: ProposalFlags, terminal: Terminal, choose: Choose): Promise<number> {
  const signal = AbortSignal.timeout(deadlineMs);
  const upTo = flags.dryRun === true ? 'diff' : !flags.push ? 'commit' : !flags.pullRequest ? 'push' : 'pull-request';
  const { remote, base } = flags;
  const now = terminal.now();
  const done = await promote({
    directory: flags.repository,
    base: {
      fetch: upTo !== 'diff',
      ...(remote === undefined ? {} : { remote }),
      ...(base === undefined ? {} : { branch: base }),
    },
    now,
    signal,
    upTo,
    choose: (index) => choose(index, signal),
    ...(asksCluster(flags)
      ? {
          plan: (from, to) => plan({ directory: flags.repository, base: from, head: to, now, signal, cluster: clusterOf(flags) }),
        }
      : {}),
    forge: (remoteUrl, configured) => forgeOf(remoteUrl, configured, flags),
  });
  print(done, { isDry: upTo === 'diff', isJson: flags.output === 'json' }, terminal);
  return 0;
}

/** Of a dry run the diff alone is the answer, so that it can be piped into `git apply`. */
function print(done: Promotion, { isDry, isJson }: { isDry: boolean; isJson: boolean }, terminal: Terminal): void {
  const diff = unifiedDiff(done.edits);
  if (isJson) terminal.stdout(`${JSON.stringify({ ...promotionJson(done), ...(isDry ? { diff } : {}) }, null, 2)}\n`);
  else if (!isDry) terminal.stdout(formatPromotion(done, false));
  else {
    terminal.stdout(diff);
    terminal.stderr(formatPromotion(done, true));
  }
}

async function forgeOf(remoteUrl: string, configured: ForgeHints, flags: ProposalFlags): Promise<ForgePlace> {
  const { forge, forgeUrl, project, tokenFile } = flags;
  const known = asksCluster(flags) ? { ...(await forgeInCluster(remoteUrl, clusterOf(flags))), ...configured } : configured;
  const place = placeForge(remoteUrl, plain({ kind: forge, url: forgeUrl, project }), known);
  const usual = forgeEnvironment(place.kind);
  const token = tokenFile === undefined ? usual.token : (await readFile(tokenFile, 'utf8')).trim();
  if (token === undefined || token === '')
    throw new PromoteRefused(
      `a pull request needs a token of ${place.kind}: ${usual.names.join(' or ')}, or --token-file; --no-pull-request stops before`,
    );
  const username = usual.username === undefined ? {} : { username: usual.username };
  const proxy = proxyEnvironment();
  return { ...place, credentials: { token, ...username }, ...(proxy === undefined ? {} : { proxy }) };
}
