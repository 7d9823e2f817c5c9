import { jobBean, shortName } from './beans.js';
import { buildBean, jobPath, type World } from './build-beans.js';
import type { UserDefinition } from './definition.js';
import { type Bean, bean } from './tree.js';

const folderClass = 'com.cloudbees.hudson.plugins.folder.Folder';

/** Whether a folder of that full name exists, which it does where a job lies in it. */
export function isFolder(world: World, name: string): boolean {
  return [...world.definitions.keys()].some((job) => job.startsWith(`${name}/`));
}

function children(world: World, folder: string): Bean[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const names = [...world.definitions.keys()].filter((name) => name.startsWith(prefix));
  const direct = new Set(names.map((name) => prefix + (name.slice(prefix.length).split('/')[0] ?? '')));
  return [...direct].map((name) => {
    const definition = world.definitions.get(name);
    return definition === undefined ? folderBean(world, name) : jobBean(world, definition);
  });
}

export function rootBean(world: World): Bean {
  const view = (): Bean => bean('hudson.model.AllView', { name: () => 'all', url: () => world.rootUrl });
  return bean('hudson.model.Hudson', {
    assignedLabels: () => [bean(undefined, { name: () => 'built-in' })],
    mode: () => 'NORMAL',
    nodeDescription: () => "the Jenkins controller's built-in node",
    nodeName: () => '',
    numExecutors: () => world.executors,
    description: () => null,
    jobs: () => children(world, ''),
    overallLoad: () => bean(undefined, {}),
    primaryView: view,
    quietDownReason: () => null,
    quietingDown: () => world.process.quieting !== undefined,
    slaveAgentPort: () => -1,
    unlabeledLoad: () => bean('jenkins.model.UnlabeledLoadStatistics', {}),
    url: () => world.rootUrl,
    useCrumbs: () => true,
    useSecurity: () => true,
    views: () => [view()],
  });
}

export function folderBean(world: World, name: string): Bean {
  const url = (): string => world.rootUrl + jobPath(name);
  const view = (): Bean => bean('hudson.model.AllView', { name: () => 'All', url });
  return bean(
    folderClass,
    {
      actions: () => [bean(undefined, {}), bean(undefined, {})],
      description: () => null,
      displayName: () => shortName(name),
      displayNameOrNull: () => null,
      fullDisplayName: () => name.replaceAll('/', ' » '),
      fullName: () => name,
      name: () => shortName(name),
      url,
      healthReport: () => [],
      jobs: () => children(world, name),
      primaryView: view,
      views: () => [view()],
    },
    { nested: ['name', 'url'] },
  );
}

export function userBean({ rootUrl }: World, { name }: UserDefinition): Bean {
  return bean('hudson.model.User', {
    absoluteUrl: () => `${rootUrl}user/${encodeURIComponent(name)}`,
    description: () => null,
    fullName: () => name,
    id: () => name,
    property: () => [],
  });
}

export function computersBean(world: World): Bean {
  const running = world.process.runningBuilds();
  const executors = (): Bean[] =>
    Array.from({ length: world.executors }, (_, number) => {
      const work = running[number];
      return bean(undefined, {
        currentExecutable: () => (work === undefined ? null : buildBean(world, work.job, work.build)),
        number: () => number,
        progress: () => -1,
      });
    });
  const computer = bean('hudson.model.Hudson$MasterComputer', {
    displayName: () => 'Built-In Node',
    executors,
    oneOffExecutors: () => [],
  });
  return bean('hudson.model.ComputerSet', {
    busyExecutors: () => running.length,
    computer: () => [computer],
    totalExecutors: () => world.executors,
  });
}
