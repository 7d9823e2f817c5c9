import { actionBeans, buildBean, jobPath, parameterDefinitionBean, type World } from './build-beans.js';
import type { JobDefinition } from './definition.js';
import type { Build, Item } from './live.js';
import { type Bean, bean, type Exported } from './tree.js';

export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

export function jobBean(world: World, definition: JobDefinition): Bean {
  const { name } = definition;
  const definitions = (isAction: boolean): Bean =>
    bean('hudson.model.ParametersDefinitionProperty', {
      parameterDefinitions: () => (definition.parameters ?? []).map((each) => parameterDefinitionBean(each, isAction)),
    });
  const properties = (isAction = false): Bean[] => (definition.parameters === undefined ? [] : [definitions(isAction)]);
  const item = (): Item | undefined => world.process.waiting().find(({ job }) => job === name);
  return bean(
    'hudson.model.FreeStyleProject',
    {
      actions: () => [...properties(true), bean(undefined, {}), bean(undefined, {})],
      description: () => definition.description ?? null,
      displayName: () => shortName(name),
      displayNameOrNull: () => null,
      fullDisplayName: () => name.replaceAll('/', ' » '),
      fullName: () => name,
      name: () => shortName(name),
      url: () => world.rootUrl + jobPath(name),
      ...buildFields(world, name),
      buildable: () => definition.disabled !== true,
      color: () => color(world, definition),
      healthReport: () => [],
      inQueue: () => item() !== undefined,
      keepDependencies: () => false,
      property: () => properties(),
      queueItem: () => {
        const waiting = item();
        return waiting === undefined ? null : itemBean(world, waiting);
      },
      concurrentBuild: () => definition.concurrent === true,
      disabled: () => definition.disabled === true,
      downstreamProjects: () => [],
      labelExpression: () => definition.label ?? null,
      scm: () => bean('hudson.scm.NullSCM', {}),
      upstreamProjects: () => [],
    },
    { nested: ['name', 'url', 'color'], hidden: ['allBuilds'] },
  );
}

function buildFields(world: World, name: string): Record<string, () => Exported> {
  const builds = (): Build[] => world.process.builds(name);
  const buildBeans = (): Bean[] => builds().map((build) => buildBean(world, name, build));
  const newest = (accept: (build: Build) => boolean) => (): Exported => {
    const found = builds().find(accept);
    return found === undefined ? null : buildBean(world, name, found);
  };
  return {
    allBuilds: buildBeans,
    builds: () => buildBeans().slice(0, 100),
    firstBuild: () => buildBeans().at(-1) ?? null,
    lastBuild: newest(() => true),
    lastCompletedBuild: newest(({ building }) => !building),
    lastFailedBuild: newest(({ result }) => result === 'FAILURE'),
    lastStableBuild: newest(({ result }) => result === 'SUCCESS'),
    lastSuccessfulBuild: newest(({ result }) => result === 'SUCCESS' || result === 'UNSTABLE'),
    lastUnstableBuild: newest(({ result }) => result === 'UNSTABLE'),
    lastUnsuccessfulBuild: newest(({ building, result }) => !building && result !== 'SUCCESS'),
    nextBuildNumber: () => world.process.job(name).nextBuildNumber,
  };
}

function color(world: World, definition: JobDefinition): string {
  if (definition.disabled === true) return 'disabled';
  const builds = world.process.builds(definition.name);
  const colors: Readonly<Record<string, string>> = {
    SUCCESS: 'blue',
    UNSTABLE: 'yellow',
    FAILURE: 'red',
    ABORTED: 'aborted',
    NOT_BUILT: 'notbuilt',
  };
  const last = builds.find(({ building }) => !building)?.result;
  return `${colors[last ?? 'NOT_BUILT']}${builds[0]?.building === true ? '_anime' : ''}`;
}

export function queueBean(world: World): Bean {
  return bean('hudson.model.Queue', {
    discoverableItems: () => [],
    items: () => inOrder(world.process.waiting()).map((item) => itemBean(world, item)),
  });
}

/** As the queue lists its items: those in their delay, then the blocked ones, then the others. */
function inOrder(items: readonly Item[]): Item[] {
  const groups: readonly Item['state'][] = ['waiting', 'blocked', 'buildable', 'pending'];
  return groups.flatMap((group) => items.filter(({ state }) => state === group));
}

const itemClasses = { waiting: 'Waiting', blocked: 'Blocked', buildable: 'Buildable', pending: 'Buildable', left: 'Left' };

export function itemBean(world: World, item: Item): Bean {
  const { state } = item;
  return bean(`hudson.model.Queue$${itemClasses[state]}Item`, {
    actions: () => actionBeans(item.parameters, item.causes),
    blocked: () => state === 'blocked',
    buildable: () => state === 'buildable' || state === 'pending',
    id: () => item.id,
    inQueueSince: () => item.inQueueSince,
    params: () => item.parameters.map(({ name, type, value }) => `\n${name}=${type === 'password' ? '****' : value}`).join(''),
    stuck: () => state === 'buildable' && world.definitions.get(item.job)?.label !== undefined,
    task: () => jobBean(world, world.definitions.get(item.job) ?? { name: item.job }),
    url: () => `queue/item/${item.id}/`,
    why: () => why(world, item),
    ...(state === 'waiting' ? { timestamp: () => item.due } : {}),
    ...(state === 'left' ? { cancelled: () => item.cancelled, executable: () => executable(world, item) } : {}),
    ...(state === 'waiting' || state === 'left' ? {} : { buildableStartMilliseconds: () => item.buildableSince }),
    ...(state === 'buildable' || state === 'pending' ? { pending: () => state === 'pending' } : {}),
  });
}

function executable(world: World, item: Item): Exported {
  const { buildNumber } = item;
  if (buildNumber === undefined) return null;
  return bean('hudson.model.FreeStyleBuild', {
    number: () => buildNumber,
    url: () => `${world.rootUrl}${jobPath(item.job)}${buildNumber}/`,
  });
}

function why(world: World, item: Item): string | null {
  const { state } = item;
  if (state === 'left') return null;
  if (state === 'waiting') return `In the quiet period. Expires in ${duration(item.due - world.now())}`;
  const blocker = world.process.blockedBy(item);
  if (state === 'blocked' && blocker !== undefined) {
    const left = blocker.startedAt + blocker.estimatedDurationMs - world.now();
    const eta = blocker.estimatedDurationMs < 0 || left < 0 ? 'N/A' : duration(left);
    return `Build #${blocker.number} is already in progress (ETA: ${eta})`;
  }
  return world.process.whyHeld(item) ?? 'Waiting for next available executor';
}

/** As Jenkins words a short time: `19 sec`, `1.1 sec`, `2 ms`. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} sec`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} sec`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} sec`;
}
