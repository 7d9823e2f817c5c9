import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findKubeApiserver, type KubeApiserver, startKubeApiserver } from '../support/kube-apiserver.js';

const run = promisify(execFile);
const isRequired = process.env.TOWPATH_CLUSTER === 'required';
const hasKubectl = (process.env.PATH ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, 'kubectl'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

const patience = { timeout: 20_000 };
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** What the Prometheus operator installs, as far as the manifest needs it to be accepted. */
const podMonitorDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind: 'PodMonitor', plural: 'podmonitors', singular: 'podmonitor', listKind: 'PodMonitorList' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: anything } }],
  },
};

async function build(folder: string): Promise<Manifest[]> {
  const { stdout } = await run('kubectl', ['kustomize', folder], { maxBuffer: 16 * 1024 * 1024 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

describe.skipIf(!hasKubectl && !isRequired)('the manifests', () => {
  let manifests: Manifest[];
  beforeAll(async () => {
    manifests = await build('manifests');
  });

  function find(kind: string, name: string): Manifest | undefined {
    return manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  }

  it('install every custom resource definition that there is', async () => {
    const files = (await readdir('crds')).filter((file) => file.startsWith('towpath.dev_'));
    const wanted = files.map((file) => file.replace(/^towpath\.dev_(.*)\.yaml$/, '$1.towpath.dev'));
    const installed = manifests.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name);
    expect(installed.sort()).toEqual(wanted.sort());
    expect(installed).not.toEqual([]);
  });

  it('run the controller as the restricted pod security standard wants it, on a read-only file system', () => {
    const deployment = find('Deployment', 'towpath') as unknown as {
      spec: { replicas: number; template: { spec: Record<string, unknown> & { containers: Record<string, unknown>[] } } };
    };
    const { spec } = deployment.spec.template;
    expect(deployment.spec.replicas).toBe(2);
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers.map(({ securityContext }) => securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ]);
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(find('Namespace', 'towpath-system')).toHaveProperty(
      ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'],
      'restricted',
    );
  });
});

describe.skipIf(!(hasKubectl && findKubeApiserver() !== undefined) && !isRequired)('the manifests on a kube-apiserver', () => {
  let server: KubeApiserver;
  let folder: string;

  beforeAll(async () => {
    const started = await startKubeApiserver();
    if (started === undefined) throw new Error('there is no kube-apiserver');
    server = started;
    folder = await mkdtemp(join(tmpdir(), 'towpath-manifests-'));
    // A dry run stores nothing: what stands in a namespace needs that it is there.
    await apply((await build('manifests')).filter(({ kind }) => kind === 'Namespace'));
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Applies as an operator would, and gives back what was accepted. */
  async function apply(objects: readonly unknown[], ...flags: string[]): Promise<string[]> {
    const file = join(folder, 'apply.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const args = [
      '--kubeconfig',
      server.kubeconfigPath,
      '--cache-dir',
      folder,
      'apply',
      '--server-side',
      '-o',
      'name',
      '-f',
      file,
    ];
    const { stdout } = await run('kubectl', [...args, ...flags]);
    return stdout.trim().split('\n').sort();
  }

  it('are accepted as they are', async () => {
    const manifests = await build('manifests');
    const accepted = await apply(manifests, '--dry-run=server');
    expect(accepted.map((name) => name.replace(/^([a-z]+)[^/]*\//, '$1/'))).toEqual(
      manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).sort(),
    );
  });

  it('are accepted with the Prometheus operator', async () => {
    await apply([podMonitorDefinition]);
    const monitors = await vi.waitFor(async () => apply(await build('manifests/monitoring'), '--dry-run=server'), patience);
    expect(monitors).toEqual(['podmonitor.monitoring.coreos.com/towpath']);
  });

  describe('grant', () => {
    const controller = 'system:serviceaccount:towpath-system:towpath';

    beforeAll(async () => {
      const claims = await build('manifests/claims');
      await apply(claims.filter(({ kind }) => kind === 'Namespace'));
      // Where the operator has put a source with sinks.
      const records = (await build('manifests/notifications')).map((manifest) => ({
        ...manifest,
        metadata: { ...manifest.metadata, namespace: 'kube-public' },
      }));
      const roles = [...(await build('manifests')), ...claims, ...records].filter(({ kind }) =>
        /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind),
      );
      // The aggregation into view, edit and admin is the work of a controller that is not here: they are bound directly.
      const bindings = ['view', 'edit', 'operator'].map((role) => ({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: role, namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `towpath-${role}` },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: role }],
      }));
      const claimer = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'agents', namespace: 'towpath-claims' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'towpath-claimer' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'claimer' }],
      };
      await apply([...roles, ...bindings, claimer]);
      await vi.waitFor(async () => {
        if (!(await isAllowed(controller, 'list', 'holds'))) throw new Error('the roles are not yet in force');
        if (!(await isAllowed('claimer', 'create', 'configmaps in towpath-claims')))
          throw new Error('the roles are not yet in force');
        if (!(await isAllowed('operator', 'patch', 'environments'))) throw new Error('the roles are not yet in force');
      }, patience);
    });

    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    it.each([
      [controller, 'releasesources', ['get', 'list', 'watch']],
      [controller, 'releasesources/status', ['update']],
      [controller, 'environments', ['get', 'list', 'watch', 'create', 'update', 'delete']],
      [controller, 'environments/status', ['update']],
      [controller, 'deploymentruns', ['get', 'list', 'watch', 'create', 'update', 'delete']],
      [controller, 'deploymentruns/status', ['update']],
      [controller, 'releases', ['get', 'list', 'watch', 'create', 'update', 'delete']],
      [controller, 'releases/status', ['update']],
      [controller, 'holds', ['get', 'list', 'watch']],
      [controller, 'secrets', ['get']],
      [controller, 'events', ['create', 'patch']],
      [controller, 'events.k8s.io', ['create', 'patch']],
      [controller, 'leases named towpath in towpath-system', ['get', 'create', 'update']],
      [controller, 'leases named other in towpath-system', ['create']],
      [controller, 'leases named towpath', []],
      [controller, 'pods', []],
      [controller, 'configmaps', []],
      [controller, 'configmaps in towpath-claims', ['get']],
      [controller, 'configmaps in kube-public', ['get', 'list', 'create', 'update', 'delete']],
      ['claimer', 'configmaps in towpath-claims', ['get', 'create', 'patch']],
      ['claimer', 'configmaps', []],
      ['view', 'deploymentruns', ['get', 'list', 'watch']],
      ['view', 'releases', ['get', 'list', 'watch']],
      ['view', 'holds', ['get', 'list', 'watch']],
      ['view', 'secrets', []],
      ['edit', 'releasesources', ['create', 'update', 'patch', 'delete']],
      ['edit', 'holds', ['create', 'update', 'patch', 'delete']],
      ['edit', 'environments', []],
      ['edit', 'deploymentruns', []],
      ['edit', 'releases', []],
      ['edit', 'deploymentruns/status', []],
      ['operator', 'environments', ['get', 'list', 'watch', 'patch']],
      ['operator', 'deploymentruns', ['get', 'list', 'watch', 'patch']],
      ['operator', 'environments/status', []],
      ['operator', 'deploymentruns/status', []],
    ])('%s on %s: %j and no more', async (user, resource, expected) => {
      const answers = await Promise.all(verbs.map(async (verb) => ((await isAllowed(user, verb, resource)) ? [verb] : [])));
      expect(answers.flat()).toEqual(expected);
    });

    async function isAllowed(user: string, verb: string, what: string): Promise<boolean> {
      const resourceAttributes = { verb, ...toAttributes(what) };
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user, resourceAttributes } };
      const answer = (await post('/apis/authorization.k8s.io/v1/subjectaccessreviews', review)) as {
        status: { allowed: boolean };
      };
      return answer.status.allowed;
    }
  });

  function post(path: string, body: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request(`${server.url}${path}`, { method: 'POST', ca: server.caPem, headers }, (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      });
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  }
});

/** `leases named towpath in towpath-system`, `environments/status`: what a SubjectAccessReview asks about. */
function toAttributes(what: string): Record<string, string> {
  const [named = '', namespace = 'default'] = what.split(' in ');
  const [target = '', name] = named.split(' named ');
  const [resource = '', subresource] = target.split('/');
  const groups: Record<string, string> = {
    secrets: '',
    pods: '',
    configmaps: '',
    events: '',
    'events.k8s.io': 'events.k8s.io',
    leases: 'coordination.k8s.io',
  };
  const group = groups[resource] ?? 'towpath.dev';
  return {
    namespace,
    group,
    resource: resource === 'events.k8s.io' ? 'events' : resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  };
}
