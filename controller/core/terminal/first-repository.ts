import { dnsLabelRule, versionRule } from '../documents/schema/shapes.js';

/** A first release repository, from a few answers: what people change later, with comments that say where. */

export interface Answers {
  readonly product: string;
  /** In the order of the path; at least one. */
  readonly stages: readonly string[];
  /** Each has an environment of its own at every stage but the first, which is shared. */
  readonly clients: readonly string[];
  /** What runs, or is to run, everywhere. */
  readonly version: string;
  /** Full name of the Jenkins job that deploys. */
  readonly job: string;
  /** The Jenkins server, by the name that the ReleaseSource gives it. */
  readonly server: string;
  /** The bucket of the descriptors, by the name that the ReleaseSource gives it; absent: the product is one bundle. */
  readonly bucket?: string;
}

const label = new RegExp(dnsLabelRule.pattern);
const version = new RegExp(versionRule.pattern);

/** What is wrong with answers, each in a sentence. */
export function whyBadAnswers({ product, stages, clients, version: first, job, server, bucket }: Answers): string[] {
  const names = [
    ['product', product],
    ...stages.map((name) => ['stage', name]),
    ...clients.map((name) => ['client', name]),
  ] as const;
  const bad = names.filter(([, name = '']) => !label.test(name) || name.length > dnsLabelRule.maxLength);
  const twice = [...stages, ...clients].filter((name, at, all) => all.indexOf(name) !== at);
  return [
    ...bad.map(([what, name]) => `the ${what} ${JSON.stringify(name)} is not ${dnsLabelRule.meaning}`),
    ...(version.test(first) && first.length <= versionRule.maxLength
      ? []
      : [`${JSON.stringify(first)} is not ${versionRule.meaning}`]),
    ...(stages.length === 0 ? ['at least one stage is needed'] : []),
    ...twice.map((name) => `${name} is named twice`),
    ...([job, server, bucket ?? 'none'].some((name) => name.trim() === '' || /\p{Cc}/u.test(name))
      ? ['job, server and bucket need a name']
      : []),
  ];
}

/** Path → content. The schemas that the first lines name are added by who writes the files. */
export function firstRepository(answers: Answers): Readonly<Record<string, string>> {
  const folder = `products/${answers.product}`;
  const environments = answers.stages.flatMap((stage, at) =>
    at === 0 || answers.clients.length === 0
      ? [{ name: stage, stage }]
      : answers.clients.map((client) => ({ name: `${stage}-${client}`, stage, client })),
  );
  const files = environments.map(({ name, ...place }) => [
    [`${folder}/environments/${name}/version.yaml`, masterVersion(name, answers)],
    [`${folder}/environments/${name}/config.yaml`, environmentConfig(name, answers, place)],
  ]);
  return Object.fromEntries([
    ['README.md', readme(answers)],
    [`${folder}/product.yaml`, product(answers)],
    [`${folder}/releases/${answers.version}.yaml`, release(answers)],
    ...files.flat(),
  ]) as Record<string, string>;
}

const header = (kind: string, depth: number) =>
  `# yaml-language-server: $schema=${'../'.repeat(depth)}schemas/${kind.toLowerCase()}.schema.json\napiVersion: towpath.dev/v1alpha1\nkind: ${kind}\n`;

const quoted = (text: string) => JSON.stringify(text);

function product({ product: name, stages, job, server, bucket }: Answers): string {
  const descriptor =
    bucket === undefined
      ? ''
      : `  # What pins the version of each component of a release: an object in a bucket of the ReleaseSource.
  descriptor:
    bucket: ${quoted(bucket)}
    key: ${name}/\${version}.json
`;
  const parameter = bucket === undefined ? '' : '\n        DESCRIPTOR: ${descriptor.key}';
  const path = stages
    .map((stage, at) => `    - name: ${stage}${at === 0 ? '' : `\n      after: [${stages[at - 1]}]`}`)
    .join('\n');
  return `${header('Product', 2)}metadata:
  name: ${name}
spec:
${descriptor}  deployer:
    jenkins:
      server: ${quoted(server)}
      job: ${quoted(job)}
      # TOWPATH_RUN is added; the job needs a parameter of that name.
      parameters:
        ENVIRONMENT: \${environment}
        VERSION: \${version}${parameter}
      timeout: 1h
  # The path to production. A stage may have soak times, sign-offs, checklists and verification jobs.
  stages:
${path}
`;
}

const release = ({ product: name, version: first }: Answers): string => `${header('Release', 3)}metadata:
  name: ${quoted(first)}
spec:
  product: ${name}
  class: minor
`;

const masterVersion = (name: string, { product: of, version: first }: Answers): string => `${header('MasterVersion', 4)}metadata:
  name: ${name}
spec:
  product: ${of}
  # Which release the environment runs: changed by pull requests, such as towpath promote makes.
  version: ${quoted(first)}
`;

function environmentConfig(
  name: string,
  { product: of }: Answers,
  { stage, client }: { stage: string; client?: string },
): string {
  return `${header('EnvironmentConfig', 4)}metadata:
  name: ${name}
spec:
  product: ${of}
  stage: ${stage}
${client === undefined ? '' : `  client: ${client}\n`}  # What differs from environment to environment, reviewed like versions. Name secrets here, never write them.
  settings: {}
`;
}

function readme({ product: name, stages, clients, job, server, bucket }: Answers): string {
  const places = clients.length === 0 ? '' : `, for ${clients.join(', ')}`;
  const buckets = bucket === undefined ? '' : `\n  buckets:\n    - {name: ${quoted(bucket)}, bucket: …, region: …}`;
  return `# Releases of ${name}

Which release each environment runs: ${stages.join(' → ')}${places}. A change is a pull request; Towpath does what the main branch says.

\`\`\`sh
towpath validate                                   # is everything right?
towpath plan                                       # what would change?
towpath promote ${name} VERSION ${stages[0]}          # ask for a version, by pull request
towpath get                                        # what is where, and what waits for what?
\`\`\`

The operator names this repository in a ReleaseSource, with the servers that its documents may use:

\`\`\`yaml
apiVersion: towpath.dev/v1alpha1
kind: ReleaseSource
metadata: {name: ${name}}
spec:
  git: {url: https://…}
  jenkins:
    - {name: ${quoted(server)}, url: https://…, secretRef: {name: jenkins}, jobs: [${quoted(job)}]}${buckets}
\`\`\`
`;
}
