import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Api } from './api.js';
import { eventually } from './eventually.js';

/** Makes the kinds of Towpath known to a Kubernetes API, and waits until it serves them. */
export async function applyCrds(api: Api): Promise<void> {
  const files = (await readdir('crds')).filter((file) => file.startsWith('towpath.dev_'));
  const crds = await Promise.all(files.map(async (file) => parse(await readFile(join('crds', file), 'utf8')) as object));
  for (const crd of crds) await api.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  for (const plural of ['releasesources', 'environments', 'deploymentruns', 'releases', 'holds'] as const)
    await eventually(async () => (await api.list(plural)) !== undefined, `${plural} are served`);
}
