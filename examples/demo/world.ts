import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ClusterApi } from './cluster-api.js';
import { runController } from './controller-process.js';
import type { Narrator } from './happenings.js';
import { type DemoJenkins, startDemoJenkins } from './jenkins.js';
import { observe } from './observations.js';
import { Repository } from './repository.js';
import type { Teardown } from './teardown.js';
import { View } from './view.js';

/** Everything that the story plays in. */
export interface World {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly http: string;
  readonly jenkins: DemoJenkins;
  readonly repository: Repository;
  readonly api: ClusterApi;
  readonly view: View;
  /** The last warnings and errors of the controller. */
  complaints(): readonly string[];
}

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Starts Jenkins, makes the repository and the bucket, starts the controller as a process of its own, and follows it through its API. */
export async function startWorld(narrator: Narrator, teardown: Teardown): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'towpath-demo-'));
  teardown.add(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  teardown.addLast(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  const jenkins = await startDemoJenkins();
  teardown.add(() => jenkins.close());
  const home = join(directory, 'home');
  await mkdir(home);
  const repository = await Repository.create({
    example: fromRoot('examples/releases'),
    directory: join(directory, 'releases'),
    home,
  });
  await cp(fromRoot('examples/descriptors'), join(directory, 'descriptors'), { recursive: true });
  const configuration = join(directory, 'standalone.yaml');
  await writeFile(configuration, configurationOf(repository.directory, jenkins.server.url));

  const view = new View((change) => {
    for (const observation of observe(change)) narrator.tell(observation);
  });
  const controller = runController({
    data: join(directory, 'data'),
    configuration,
    logFile: join(directory, 'controller.log'),
    onDeath: (error) => view.breakOff(error),
  });
  teardown.add(controller.stop);
  teardown.addLast(controller.kill);
  const { kubeconfig, http } = await controller.started;

  const api = new ClusterApi(kubeconfig);
  teardown.add(() => api.close());
  await view.start(api);
  return { directory, kubeconfig, http, jenkins, repository, api, view, complaints: controller.complaints };
}

/** As in `examples/standalone.yaml`, with the intervals of a short story. The token is that of the stand-in's user. */
function configurationOf(repository: string, jenkinsUrl: string): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: jenkins}
stringData: {username: controller, token: 11${'c'.repeat(32)}}
---
apiVersion: towpath.dev/v1alpha1
kind: ReleaseSource
metadata: {name: releases}
spec:
  git: {url: ${JSON.stringify(pathToFileURL(repository).href)}, interval: 500ms}
  jenkins:
    - name: main
      url: ${JSON.stringify(jenkinsUrl)}
      secretRef: {name: jenkins}
      jobs: ["platform/*", "insights/*", "checkin/*"]
      delay: 1s
      grace: 3s
      pollInterval: 250ms
      observeInterval: 1s
  buckets:
    - {name: release-candidates, directory: descriptors}
`;
}
