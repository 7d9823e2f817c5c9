import type { Json, JsonObject } from '../model.js';

/** What editors offer where a value is free: by the name of the field, and by its path where the name means something else there. */

const byName: Readonly<Record<string, readonly Json[]>> = {
  product: ['loyalty'],
  products: ['loyalty'],
  stage: ['qa', 'uat', 'production'],
  stages: ['uat', 'production'],
  client: ['acme'],
  clients: ['acme', 'globex'],
  environment: ['uat-acme'],
  environments: ['uat-acme', 'production-acme'],
  version: ['2.9.3'],
  previous: ['2.9.2'],
  by: ['Priya Nair'],
  at: ['2026-11-20T14:30:00+10:30'],
  evidence: ['https://jira.example/browse/LB-1234'],
  summary: ['Points were counted twice for an hour'],
  url: ['https://status.example/incidents/4711'],
  reason: ['Sprint 41 candidate'],
  owner: ['operations'],
  within: ['5d'],
  title: ['Rotate the secret of the CRM'],
  role: ['quality-analyst', 'product-manager', 'client'],
  soak: ['24h'],
  expires: ['30d'],
  quorum: [1],
  timeout: ['90m'],
  server: ['main'],
  job: ['platform/comprehensive-deployment'],
  bucket: ['release-candidates'],
  parameters: ['${environment}', '${version}', '${descriptor.key}'],
  notBefore: ['2026-12-01T20:00:00+11:00'],
  planned: ['2026-12-01T20:00:00+11:00'],
  announced: ['2026-11-20T09:00:00+10:30'],
  sinks: ['releases-channel'],
  namespace: ['deployments'],
  prefix: ['claims/'],
};

const byPath: Readonly<Record<string, readonly Json[]>> = {
  'DeploymentWindow.metadata.name': ['year-end-freeze'],
  'DeploymentWindow.spec.from': ['2026-12-18T00:00:00'],
  'DeploymentWindow.spec.to': ['2027-01-05T00:00:00'],
  'DeploymentWindow.spec.schedule': ['0 20 * * 2,4'],
  'DeploymentWindow.spec.duration': ['4h'],
  'DeploymentWindow.spec.timeZone': ['Australia/Adelaide', 'Europe/Berlin', 'UTC'],
  'DeploymentWindow.spec.reason': ['Retail peak'],
  'DeploymentWindow.spec.exempt': ['emergency'],
  'Descriptor.components': ['1.10.0'],
  'EnvironmentConfig.metadata.name': ['uat-acme', 'production-acme'],
  'EnvironmentConfig.spec.settings': [{ featureToggles: { genai: false }, crm: { credentials: { secretRef: 'acme-crm' } } }],
  'Hold.metadata.name': ['incident-4711'],
  'Hold.metadata.namespace': ['towpath'],
  'Hold.spec.reason': ['incident 4711'],
  'Hold.spec.by': ['on-call'],
  'Incident.metadata.name': ['2026-11-04-globex-redemption'],
  'Incident.spec.from': ['2026-11-04T11:10:00+10:30'],
  'Incident.spec.to': ['2026-11-04T12:05:00+10:30'],
  'MasterVersion.metadata.name': ['uat-acme', 'production-acme'],
  'MasterVersion.spec.override.reason': ['The fix cannot wait for the end of the soak time'],
  'NotificationPolicy.metadata.name': ['releases'],
  'Product.metadata.name': ['loyalty'],
  'Product.spec.settingsSchema': ['settings.schema.json'],
  'Product.spec.descriptor.key': ['loyalty/${version}.json'],
  'Product.spec.deployer.jenkins.retry.limit': [1],
  'Product.spec.deployer.jenkins.retry.backoff': ['5m'],
  'Product.spec.concurrency': [3],
  'Product.spec.stages.name': ['qa', 'uat', 'production'],
  'Product.spec.stages.after': ['qa'],
  'Product.spec.stages.verification.name': ['smoke'],
  'Product.spec.stages.verification.jenkins.job': ['platform/smoke-tests'],
  'Product.spec.stages.verification.jenkins.timeout': ['20m'],
  'Product.spec.stages.signoffs': ['quality-analyst'],
  'Product.spec.stages.parity.with': ['uat'],
  'Product.spec.stages.parity.allow': ['/integrations/crm/url'],
  'Product.spec.classes.name': ['hotfix'],
  'Product.spec.classes.priority': [10],
  'Product.spec.classes.followUps.id': ['review'],
  'Product.spec.classes.followUps.title': ['Review of the incident'],
  'Product.spec.classes.notice.period': ['7d'],
  'Release.metadata.name': ['2.9.3'],
  'Release.spec.class': ['minor', 'hotfix'],
  'Release.spec.dependencies': ['>=5.1 <6'],
  'Release.spec.components': ['crm-adapter'],
  'Release.spec.notes.user': ['https://docs.example/loyalty/2.9.3'],
  'Release.spec.notes.technical': ['https://wiki.example/loyalty/2.9.3'],
  'Release.spec.tickets': ['LB-1234'],
  'Release.spec.tickets.id': ['LB-1234'],
  'Release.spec.schedule.downtime.planned': ['30m'],
  'Release.spec.schedule.downtime.actual': ['25m'],
  'Release.spec.checklist.id': ['rotate-crm-secret'],
  'Release.spec.checklist.reason': ['No client of this stage uses it'],
  'Release.spec.checklist.rollback': ['Put the old secret back'],
  'Release.spec.checklist.completions.reason': ['This client does not use it'],
  'Release.spec.signoffs.digest': [`sha256:${'0123456789abcdef'.repeat(4)}`],
  'Release.spec.signoffs.comment': ['Tested with the November campaign'],
  'ReleaseSource.metadata.name': ['releases'],
  'ReleaseSource.metadata.namespace': ['towpath'],
  'ReleaseSource.spec.git.url': ['https://git.example/acme/releases.git'],
  'ReleaseSource.spec.git.ref.branch': ['main'],
  'ReleaseSource.spec.git.path': ['.', 'releases'],
  'ReleaseSource.spec.git.interval': ['1m'],
  'ReleaseSource.spec.git.timeout': ['60s'],
  'ReleaseSource.spec.git.secretRef.name': ['git'],
  'ReleaseSource.spec.git.verify.secretRef.name': ['signers'],
  'ReleaseSource.spec.webhook.secretRef.name': ['webhook'],
  'ReleaseSource.spec.forge.url': ['https://gitlab.example/api/v4'],
  'ReleaseSource.spec.forge.project': ['acme/releases'],
  'ReleaseSource.spec.forge.secretRef.name': ['forge'],
  'ReleaseSource.spec.forge.interval': ['5m'],
  'ReleaseSource.spec.jenkins.name': ['main'],
  'ReleaseSource.spec.jenkins.url': ['https://jenkins.example'],
  'ReleaseSource.spec.jenkins.secretRef.name': ['jenkins'],
  'ReleaseSource.spec.jenkins.jobs': ['platform/*'],
  'ReleaseSource.spec.jenkins.maxConcurrent': [5],
  'ReleaseSource.spec.jenkins.delay': ['10s'],
  'ReleaseSource.spec.jenkins.grace': ['3m'],
  'ReleaseSource.spec.jenkins.timeout': ['30s'],
  'ReleaseSource.spec.jenkins.pollInterval': ['10s'],
  'ReleaseSource.spec.jenkins.observeInterval': ['1m'],
  'ReleaseSource.spec.buckets.name': ['release-candidates'],
  'ReleaseSource.spec.buckets.bucket': ['acme-rc'],
  'ReleaseSource.spec.buckets.region': ['ap-southeast-2'],
  'ReleaseSource.spec.buckets.endpoint': ['https://s3.example'],
  'ReleaseSource.spec.buckets.secretRef.name': ['bucket'],
  'ReleaseSource.spec.buckets.directory': ['descriptors'],
  'ReleaseSource.spec.audit.bucket': ['release-candidates'],
  'ReleaseSource.spec.audit.prefix': ['audit/'],
  'ReleaseSource.spec.sinks.name': ['releases-channel'],
  'ReleaseSource.spec.sinks.url': ['https://hooks.example/towpath', 'smtps://mail.example:465'],
  'ReleaseSource.spec.sinks.secretRef.name': ['slack'],
  'ReleaseSource.spec.sinks.channel': ['C0123456789'],
  'ReleaseSource.spec.sinks.from': ['towpath@acme.example'],
  'ReleaseSource.spec.sinks.to': ['releases@acme.example'],
  'ReleaseSource.spec.sinks.page': ['kctbh9vrtdwd'],
  'ReleaseSource.spec.sinks.components.id': ['8kbf7d35c070'],
  'ReleaseSource.spec.sinks.project': ['LB'],
  'ReleaseSource.spec.sinks.transition': ['Released'],
  'ReleaseSource.spec.sinks.timeout': ['10s'],
  'ReleaseSource.spec.sinks.maxAge': ['1d'],
  'ReleaseSource.spec.historyLimit': [20],
  'Roles.metadata.name': ['roles'],
  'Roles.spec.roles.name': ['quality-analyst'],
  'Roles.spec.roles.aliases': ['tester'],
  'Roles.spec.roles.people.name': ['Priya Nair'],
  'Roles.spec.roles.people.emails': ['priya.nair@acme.example'],
  'Roles.spec.roles.people.keys': ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJQ0o0t9Kv5U6bDk0xg1m0lZkq3v5w7y9A1C3E5G7I9K priya'],
};

/** The schema with examples at every value that is free. What a list or a map holds goes by the name of the list or map. */
export function withExamples(schema: JsonObject, path: string): JsonObject {
  const isAlternative = (key: string) => key === 'anyOf' || key === 'oneOf';
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    if (key === 'properties') return [key, mapObject(value, (field, name) => withExamples(field, `${path}.${name}`))];
    if (key === 'patternProperties') return [key, mapObject(value, (field) => withExamples(field, path))];
    if ((key === 'items' || key === 'additionalProperties') && isObject(value)) return [key, withExamples(value, path)];
    if (isAlternative(key) && Array.isArray(value))
      return [key, value.map((option) => (isObject(option) ? withExamples(option, path) : option))];
    return [key, value];
  });
  const own = isFree(schema) ? (byPath[path] ?? byName[path.slice(path.lastIndexOf('.') + 1)]) : undefined;
  return { ...Object.fromEntries(entries), ...(own === undefined ? {} : { examples: [...own] }) };
}

/** Whether an author has to think of a value: neither a choice nor a structure whose parts have examples. */
export function isFree(schema: JsonObject): boolean {
  const structured = ['properties', 'patternProperties', 'items', 'anyOf', 'oneOf', 'enum', 'const'];
  return !structured.some((key) => key in schema) && !isObject(schema.additionalProperties) && schema.type !== 'boolean';
}

function mapObject(value: Json, change: (field: JsonObject, name: string) => JsonObject): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, isObject(field) ? change(field, name) : field]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
