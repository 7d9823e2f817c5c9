import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../controller/embedded/resource-type.js';
import { type EmbeddedApi, startEmbeddedApi } from '../../controller/embedded/start.js';
import { findKubectls, type KubectlRun, kubectlWith } from '../support/kubectl.js';

const start = Date.parse('2026-01-15T10:00:00Z');

async function readCrds(): Promise<Json[]> {
  const texts = await Promise.all(['environments', 'holds'].map((kind) => readFile(`crds/towpath.dev_${kind}.yaml`, 'utf8')));
  return texts.map((text) => parse(text) as Json);
}

const environment = (name: string, stage: string) => ({
  apiVersion: 'towpath.dev/v1alpha1',
  kind: 'Environment',
  metadata: { name, labels: { 'towpath.dev/stage': stage } },
  spec: { product: 'shop', environment: name, stage, client: 'acme', source: 'releases' },
});
const hold = (reason: string, more: object = {}) => ({
  apiVersion: 'towpath.dev/v1alpha1',
  kind: 'Hold',
  metadata: { name: 'holidays' },
  spec: { reason, ...more },
});
const asInput = (...objects: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });

/** Rows of a printed table, without the spaces that line it up. */
const rows = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/ {2,}/));

const kubectls = findKubectls();

if (kubectls.length === 0) it.skip('needs a kubectl in the PATH, in a folder of TOWPATH_KUBECTLS or in the cache folder');

describe.each(kubectls)('kubectl $version against the embedded API', { timeout: 60_000 }, (kubectl) => {
  let directory: string;
  let api: EmbeddedApi;
  let run: KubectlRun;
  let now = start;
  const faults: unknown[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'towpath-kubectl-'));
    const crds = await readCrds();
    api = await startEmbeddedApi({
      directory: join(directory, 'api'),
      crds,
      now: () => now,
      onFault: (fault) => faults.push(fault),
    });
    run = kubectlWith(kubectl, { kubeconfig: api.kubeconfigPath, home: directory });
  });
  afterAll(async () => {
    await api.close();
    await rm(directory, { recursive: true, force: true });
    expect(faults).toEqual([]);
  });

  /** Writes a status as the controller does: kubectl has no way to it before 1.24. */
  async function writeStatus(name: string, status: object): Promise<void> {
    const { hostname, port } = new URL(api.url);
    const path = `/apis/towpath.dev/v1alpha1/namespaces/default/environments/${name}/status`;
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/merge-patch+json' };
    const code = await new Promise((resolve, reject) => {
      const sent = request({ method: 'PATCH', host: hostname, port, path, headers, ca: api.caPem }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject).end(JSON.stringify({ status }));
    });
    expect(code).toBe(200);
  }

  const ready = (status: string, generation = 1) => ({
    type: 'Ready',
    status,
    reason: status === 'True' ? 'Deployed' : 'Blocked',
    message: 'waiting for sign-off by client',
    lastTransitionTime: '2026-01-15T10:00:00Z',
    observedGeneration: generation,
  });

  it('lists the versions and resources that are served', async () => {
    expect(await run.ok(['api-versions'])).toBe(
      'authorization.k8s.io/v1\ncoordination.k8s.io/v1\nevents.k8s.io/v1\ntowpath.dev/v1alpha1\nv1\n',
    );
    expect(rows(await run.ok(['api-resources', '--api-group=towpath.dev', '--no-headers']))).toEqual([
      ['environments', 'tenv', 'towpath.dev/v1alpha1', 'true', 'Environment'],
      ['holds', 'thold', 'towpath.dev/v1alpha1', 'true', 'Hold'],
    ]);
    expect(rows(await run.ok(['api-resources', '--namespaced=false', '--no-headers', '-o', 'name']))).toEqual([
      ['namespaces'],
      ['selfsubjectaccessreviews.authorization.k8s.io'],
      ['selfsubjectrulesreviews.authorization.k8s.io'],
    ]);
  });

  it('explains a kind, a field and everything below it', async () => {
    expect(await run.ok(['explain', 'thold'])).toMatch(/KIND: +Hold\n/);
    expect(await run.ok(['explain', 'thold.spec.reason'])).toMatch(/FIELD: +reason <string>/);
    const below = await run.ok(['explain', 'tenv.status', '--recursive']);
    const fields = [...below.matchAll(/^ +(\w+)\t<([^>]+)>/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(fields.slice(0, 9)).toEqual([
      'conditions []Object',
      'lastTransitionTime string',
      'message string',
      'observedGeneration integer',
      'reason string',
      'status string',
      'type string',
      'delta Object',
      'added integer',
    ]);
    expect(await run.ok(['explain', 'secret.data'])).toMatch(/FIELD: +data <map\[string\]string>/);
    expect(await run.ok(['explain', 'lease.metadata.ownerReferences'])).toContain('-required-');
  });

  it('shows an empty list in every form', async () => {
    expect(await run.outcome(['get', 'towpath'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No resources found in default namespace.\n',
    });
    expect(JSON.parse(await run.ok(['get', 'tenv', '-o', 'json']))).toMatchObject({ kind: 'List', items: [] });
  });

  it('applies on the client: created, unchanged, configured', async () => {
    const both = asInput(environment('staging', 'pre'), hold('no releases'));
    expect(await run.ok(['apply', '-f', '-'], both)).toBe(
      'environment.towpath.dev/staging created\nhold.towpath.dev/holidays created\n',
    );
    expect(await run.ok(['apply', '-f', '-'], both)).toBe(
      'environment.towpath.dev/staging unchanged\nhold.towpath.dev/holidays unchanged\n',
    );
    const changed = asInput(hold('no releases in the holidays', { by: 'ada' }));
    const { code, stdout } = await run.outcome(['diff', '-f', '-'], changed);
    expect([code, stdout.split('\n').filter((line) => /^[+-] /.test(line) && !/generation|f:by/.test(line))]).toEqual([
      1,
      ['-  reason: no releases', '+  by: ada', '+  reason: no releases in the holidays'],
    ]);
    expect(await run.ok(['apply', '-f', '-'], changed)).toBe('hold.towpath.dev/holidays configured\n');
  });

  it('refuses a field that the schema does not know, and a value of a wrong type', async () => {
    const unknown = await run.outcome(['apply', '-f', '-'], asInput(hold('x', { reasn: 'y' })));
    expect([unknown.code, unknown.stdout]).toEqual([1, '']);
    expect(unknown.stderr).toMatch(/unknown field "(spec\.)?reasn"/);
    const wrong = await run.outcome(['create', '--validate=false', '-f', '-'], asInput(hold(5 as unknown as string)));
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('spec.reason in body must be of type string: "integer"');
    const missing = await run.outcome(['apply', '-f', '-'], asInput({ ...hold('x'), spec: {} }));
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain('reason');
  });

  it('shows the columns of the definition, and more when asked for wide output', async () => {
    await run.ok(['create', '-f', '-'], asInput(environment('prod', 'live')));
    await writeStatus('prod', {
      observedGeneration: 1,
      desired: { version: '2.9.3', settingsDigest: 's', commit: 'c', since: '2026-01-15T10:00:00Z' },
      waitingFor: 'sign-off',
      conditions: [ready('False')],
    });
    now = start + (5 * 60 + 12) * 1000;
    expect(rows(await run.ok(['get', 'tenv']))).toEqual([
      ['NAME', 'PRODUCT', 'STAGE', 'CLIENT', 'DESIRED', 'DEPLOYED', 'READY', 'STATUS', 'WAITING-FOR', 'AGE'],
      ['prod', 'shop', 'live', 'acme', '2.9.3', 'False', 'Blocked', 'sign-off', '5m12s'],
      ['staging', 'shop', 'pre', 'acme', '5m12s'],
    ]);
    expect(rows(await run.ok(['get', 'tenv', 'prod', '-o', 'wide', '--no-headers']))).toEqual([
      ['prod', 'shop', 'live', 'acme', '2.9.3', 'False', 'Blocked', 'sign-off', '5m12s', 'waiting for sign-off by client'],
    ]);
    expect(rows(await run.ok(['get', 'environments', '-A', '-l', 'towpath.dev/stage=live', '--no-headers']))).toEqual([
      ['default', 'prod', 'shop', 'live', 'acme', '2.9.3', 'False', 'Blocked', 'sign-off', '5m12s'],
    ]);
    expect(rows(await run.ok(['get', 'towpath', '-o', 'name']))).toEqual([
      ['environment.towpath.dev/prod'],
      ['environment.towpath.dev/staging'],
      ['hold.towpath.dev/holidays'],
    ]);
    expect(
      await run.ok(['get', 'tenv', '--sort-by=.spec.stage', '--chunk-size=1', '-o', 'jsonpath={.items[*].metadata.name}']),
    ).toBe('prod staging');
    expect(await run.ok(['get', 'tenv', '--field-selector', 'metadata.name=staging', '-o', 'name'])).toBe(
      'environment.towpath.dev/staging\n',
    );
  });

  it('gives whole objects as YAML and JSON', async () => {
    const spec = environment('prod', 'live').spec;
    expect(JSON.parse(await run.ok(['get', 'tenv', 'prod', '-o', 'json']))).toEqual({
      ...environment('prod', 'live'),
      metadata: {
        name: 'prod',
        namespace: 'default',
        labels: { 'towpath.dev/stage': 'live' },
        creationTimestamp: '2026-01-15T10:00:00Z',
        generation: 1,
        resourceVersion: expect.stringMatching(/^\d+$/),
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...(kubectl.minor < 21 ? { managedFields: expect.any(Array) } : {}),
      },
      status: {
        observedGeneration: 1,
        desired: { version: '2.9.3', settingsDigest: 's', commit: 'c', since: '2026-01-15T10:00:00Z' },
        waitingFor: 'sign-off',
        conditions: [ready('False')],
      },
    });
    expect(parse(await run.ok(['get', 'tenv', 'prod', '-o', 'yaml']))).toMatchObject({ kind: 'Environment', spec });
    expect(await run.outcome(['get', 'tenv', 'nowhere'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): environments.towpath.dev "nowhere" not found\n',
    });
  });

  it('waits for a condition', async () => {
    const waiting = run.start(['wait', 'tenv/prod', '--for=condition=Ready', '--timeout=20s']);
    await writeStatus('prod', { conditions: [ready('True')] });
    expect(await waiting.shows(/met\n/)).toBe('environment.towpath.dev/prod condition met\n');
    await waiting.stop();
  });

  it('watches changes', async () => {
    const watching = run.start(['get', 'tenv', 'prod', '-w', '--no-headers']);
    await watching.shows(/Deployed.*\n/);
    await writeStatus('prod', { waitingFor: 'freeze', conditions: [ready('False')] });
    const seen = rows(await watching.shows(/freeze.*\n/));
    await watching.stop();
    expect(seen).toEqual([
      ['prod', 'shop', 'live', 'acme', '2.9.3', 'True', 'Deployed', 'sign-off', '5m12s'],
      ['prod', 'shop', 'live', 'acme', '2.9.3', 'False', 'Blocked', 'freeze', '5m12s'],
    ]);
  });

  it('changes an object by annotate, label, patch and edit', async () => {
    expect(await run.ok(['annotate', 'tenv', 'prod', 'towpath.dev/suspend=before'])).toBe(
      'environment.towpath.dev/prod annotated\n',
    );
    expect((await run.outcome(['annotate', 'tenv', 'prod', 'towpath.dev/suspend=again'])).code).toBe(1);
    expect(await run.ok(['edit', 'tenv', 'prod'])).toBe('environment.towpath.dev/prod edited\n');
    expect(await run.ok(['label', 'tenv', 'prod', 'team=a'])).toBe('environment.towpath.dev/prod labeled\n');
    expect(await run.ok(['label', 'tenv', 'prod', 'towpath.dev/stage-'])).toMatch(
      /^environment.towpath.dev\/prod (un)?labeled\n$/,
    );
    expect(await run.ok(['patch', 'tenv', 'prod', '--type=merge', '-p', '{"spec":{"client":null}}'])).toBe(
      'environment.towpath.dev/prod patched\n',
    );
    const operations =
      '[{"op":"test","path":"/spec/stage","value":"live"},{"op":"replace","path":"/spec/stage","value":"canary"}]';
    expect(await run.ok(['patch', 'tenv', 'prod', '--type=json', '-p', operations])).toBe(
      'environment.towpath.dev/prod patched\n',
    );
    expect((await run.outcome(['patch', 'tenv', 'prod', '--type=json', '-p', operations])).code).toBe(1);
    const { metadata, spec } = JSON.parse(await run.ok(['get', 'tenv', 'prod', '-o', 'json']));
    expect({ labels: metadata.labels, annotations: metadata.annotations, generation: metadata.generation, spec }).toEqual({
      labels: { team: 'a' },
      annotations: { 'towpath.dev/suspend': 'after' },
      generation: 3,
      spec: { product: 'shop', environment: 'prod', stage: 'canary', source: 'releases' },
    });
  });

  it('applies on the server, with conflicts and their solution', async () => {
    const apply = (manager: string, reason: string, ...more: string[]) =>
      run.outcome(
        ['apply', '--server-side', `--field-manager=${manager}`, ...more, '-f', '-'],
        JSON.stringify({ ...hold(reason), metadata: { name: 'ssa' } }),
      );
    const applied = { code: 0, stdout: 'hold.towpath.dev/ssa serverside-applied\n', stderr: '' };
    expect(await apply('one', 'first')).toEqual(applied);
    const version = await run.ok(['get', 'thold', 'ssa', '-o', 'jsonpath={.metadata.resourceVersion}']);
    expect(await apply('one', 'first')).toEqual(applied);
    expect(await run.ok(['get', 'thold', 'ssa', '-o', 'jsonpath={.metadata.resourceVersion}'])).toBe(version);
    const conflict = await apply('two', 'second');
    expect([conflict.code, conflict.stderr.split('\n')[0]]).toEqual([
      1,
      'error: Apply failed with 1 conflict: conflict with "one": .spec.reason',
    ]);
    expect(await apply('two', 'second', '--force-conflicts')).toEqual(applied);
    expect(await apply('two', 'third', '--dry-run=server')).toEqual({
      ...applied,
      stdout: 'hold.towpath.dev/ssa serverside-applied (server dry run)\n',
    });
    expect(await run.ok(['get', 'thold', 'ssa', '-o', 'jsonpath={.spec.reason}'])).toBe('second');
  });

  it('makes secrets, config maps and namespaces', async () => {
    expect(await run.ok(['create', 'secret', 'generic', 'db', '--from-literal=password=hunter2'])).toBe('secret/db created\n');
    expect(await run.ok(['create', 'configmap', 'settings', '--from-literal=a=b'])).toBe('configmap/settings created\n');
    expect(await run.ok(['create', 'namespace', 'other'])).toBe('namespace/other created\n');
    expect(rows(await run.ok(['get', 'secret/db', 'cm/settings', 'ns/other', '--no-headers']))).toEqual([
      ['secret/db', 'Opaque', '1', '0s'],
      ['configmap/settings', '1', '0s'],
      ['namespace/other', 'Active', '0s'],
    ]);
    expect(await run.ok(['get', 'secret', 'db', '-o', 'jsonpath={.data.password}'])).toBe(
      Buffer.from('hunter2').toString('base64'),
    );
    expect(await run.ok(['describe', 'secret', 'db'])).toContain('password:  7 bytes');
    expect(await run.ok(['patch', 'configmap', 'settings', '-p', '{"data":{"c":"d"}}'])).toBe('configmap/settings patched\n');
    expect(await run.ok(['get', 'cm', 'settings', '-o', 'jsonpath={.data.a}{.data.c}'])).toBe('bd');
    expect(await run.ok(['create', 'secret', 'generic', 'db', '-n', 'other', '--from-literal=a=b'])).toBe('secret/db created\n');
    expect(await run.ok(['delete', 'namespace', 'other'])).toMatch(/^namespace "other" deleted/);
    expect(await run.ok(['get', 'secrets', '-A', '-o', 'name'])).toBe('secret/db\n');
  });

  it('shows events in a table, with the object they are about, and by itself', async () => {
    const uid = await run.ok(['get', 'tenv', 'prod', '-o', 'jsonpath={.metadata.uid}']);
    const regarding = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Environment', name: 'prod', namespace: 'default', uid };
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'prod.1', namespace: 'default' },
      eventTime: '2026-01-15T10:00:00.000000Z',
      regarding,
      reason: 'GateClosed',
      action: 'Gate',
      note: 'waiting for sign-off by client',
      type: 'Normal',
      reportingController: 'towpath.dev/towpath',
      reportingInstance: 'towpath-0',
    };
    expect(await run.ok(['create', '-f', '-'], JSON.stringify(event))).toBe('event.events.k8s.io/prod.1 created\n');
    expect(rows(await run.ok(['get', 'events']))).toEqual([
      ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
      ['5m12s', 'Normal', 'GateClosed', 'environment/prod', 'waiting for sign-off by client'],
    ]);
    const described = await run.ok(['describe', 'tenv', 'prod']);
    expect(described.slice(described.indexOf('Events:'))).toMatch(/Normal +GateClosed .* waiting for sign-off by client\n$/s);
    if (kubectl.minor < 26) return;
    expect(rows(await run.ok(['events', '--for', 'environment/prod', '--no-headers']))).toEqual([
      [expect.any(String), 'Normal', 'GateClosed', 'Environment/prod', 'waiting for sign-off by client'],
    ]);
  });

  it('answers whether something may be done, and raw requests', async () => {
    expect(await run.ok(['auth', 'can-i', 'create', 'environments.towpath.dev'])).toBe('yes\n');
    expect(rows(await run.ok(['auth', 'can-i', '--list', '--no-headers']))).toContainEqual(['*.*', '[]', '[]', '[*]']);
    expect(await run.ok(['get', '--raw', '/readyz'])).toBe('ok');
    expect(JSON.parse(await run.ok(['get', '--raw', '/version']))).toMatchObject({ major: '1', minor: '32' });
    expect(await run.ok(['version', '-o', 'json'])).toContain('+towpath');
  });

  it('replaces and deletes, and waits until it is gone', async () => {
    const current = await run.ok(['get', 'thold', 'holidays', '-o', 'json']);
    expect(await run.ok(['replace', '-f', '-'], current)).toBe('hold.towpath.dev/holidays replaced\n');
    const waiting = run.start(['wait', 'thold/holidays', '--for=delete', '--timeout=20s', '-v=6']);
    await waiting.shows(/200 OK/);
    expect(await run.ok(['delete', 'thold', 'holidays'])).toMatch(/^hold.towpath.dev "holidays" deleted/);
    await waiting.shows(/hold.towpath.dev\/holidays condition met\n/);
    await waiting.stop();
    expect(await run.ok(['delete', 'tenv', '--all'])).toMatch(
      /^environment.towpath.dev "prod" deleted.*\nenvironment.towpath.dev "staging" deleted.*\n$/,
    );
    expect(await run.ok(['get', 'tenv', '-o', 'name'])).toBe('');
  });
});
