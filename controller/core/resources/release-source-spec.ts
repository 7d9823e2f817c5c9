import { Type } from '@sinclair/typebox';
import { duration, flag, integer, list, oneOf, secretRef, text } from './fields.js';

const allowInsecure = Type.Optional(flag('Allow http to other hosts than this one. Credentials then travel in clear.'));

export const Git = Type.Object(
  {
    url: text('Address of the repository: https, http (this host only, unless allowInsecure) or file.', { maxLength: 2048 }),
    ref: Type.Object({ branch: text('Branch to follow.', { default: 'main' }) }, { description: 'What to follow.', default: {} }),
    path: text('Folder inside the repository.', { default: '.' }),
    interval: duration('How often to look for commits; a little is added at random.', { default: '1m' }),
    timeout: duration('How long one fetch may take.', { default: '60s' }),
    secretRef: Type.Optional(secretRef('username and password, or token; ca.crt for a private CA')),
    verify: Type.Optional(
      Type.Object(
        {
          mode: oneOf(
            ['none', 'signoffs', 'head'],
            'Nothing; that each commit that brings a sign-off is signed with a key that a Roles document gives the person; or beside that, that the newest commit is signed with one of the keys of secretRef: until it is, the last verified one stays in force.',
            { default: 'none' },
          ),
          secretRef: Type.Optional(
            secretRef('authorizedKeys (SSH public keys, one a line) and pgp.asc (OpenPGP public keys, armored), or one of them'),
          ),
        },
        { description: 'Verification of the signatures of commits, by SSH or OpenPGP.' },
      ),
    ),
    allowInsecure,
  },
  { description: 'The release repository.' },
);

export const Jenkins = Type.Object(
  {
    name: text('The name that products use for it.'),
    url: text('Root URL: https, or http to this host.', { maxLength: 2048 }),
    secretRef: Type.Optional(secretRef('username and token, or username and password; ca.crt for a private CA')),
    jobs: list(text('Full name of a job; * stands for any characters but a slash, ** for any.'), 'Jobs that products may name.'),
    maxConcurrent: Type.Optional(integer('Most deployments at a time on this server.', { minimum: 1 })),
    delay: duration('Quiet time of a triggered build, in which doubles are found and cancelled.', { default: '10s' }),
    grace: duration('How long a request without an answer may still arrive.', { default: '3m' }),
    timeout: duration('How long one request may take.', { default: '30s' }),
    pollInterval: duration('How often a build that is under way is looked at.', { default: '10s' }),
    observeInterval: duration('How often the history of the jobs is scanned for builds of others.', { default: '1m' }),
    allowInsecure,
  },
  { description: 'A Jenkins server that products may name.' },
);

export const Bucket = Type.Object(
  {
    name: text('The name that products use for it.'),
    bucket: Type.Optional(text('Name of the S3 bucket.')),
    region: Type.Optional(text('Region of the bucket.')),
    endpoint: Type.Optional(text('Address of the S3 service, where it is not that of AWS.', { maxLength: 2048 })),
    forcePathStyle: Type.Optional(flag('Put the bucket into the path instead of the host name.')),
    secretRef: Type.Optional(secretRef('accessKeyId, secretAccessKey and, where needed, sessionToken; ca.crt for a private CA')),
    directory: Type.Optional(text('A folder instead of a bucket, relative to the configuration file; standalone only.')),
    allowInsecure,
  },
  { description: 'A bucket of descriptors that products may name.' },
);

export const Sink = Type.Object(
  {
    name: text('The name that NotificationPolicy documents use for it.', {
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      maxLength: 63,
    }),
    kind: oneOf(['slack', 'teams', 'webhook', 'email', 'statuspage', 'jira'], 'What it is.'),
    url: Type.Optional(
      text(
        'Where it is: the webhook, the API where it is not the public one, or the mail server (smtps:// or smtp://). An address that is a secret stands as url in the Secret.',
        { maxLength: 2048 },
      ),
    ),
    secretRef: Type.Optional(
      secretRef(
        'slack: token, or url; teams: url; webhook: secret (one a line, the first signs first) and, where it is secret, url; email: username and password; statuspage: token; jira: token, and username on Jira Cloud; ca.crt for a private CA',
      ),
    ),
    channel: Type.Optional(text('slack: id of the channel, such as C0123456789.')),
    from: Type.Optional(text('email: the sender.')),
    to: Type.Optional(list(text('An address.'), 'email: who gets it.', { maxItems: 50 })),
    page: Type.Optional(text('statuspage: id of the page.')),
    components: Type.Optional(
      list(
        Type.Object(
          {
            id: text('Id of the component.'),
            product: Type.Optional(text('Only for this product.')),
            environment: Type.Optional(text('Only for this environment.')),
            client: Type.Optional(text('Only for this client.')),
          },
          { description: 'A component, and what it stands for.' },
        ),
        'statuspage: the components that a deployment puts under maintenance.',
        { maxItems: 200 },
      ),
    ),
    project: Type.Optional(text('jira: key of the project; absent: that of each ticket.')),
    transition: Type.Optional(text('jira: name of the transition, or of the status, that tickets are taken to.')),
    timeout: duration('How long one request may take.', { default: '10s' }),
    maxAge: duration('A message that could not be delivered for so long is dropped, and the drop is told.', { default: '1d' }),
    whenInDoubt: oneOf(
      ['repeat', 'skip'],
      'What happens to a message of which nobody can find out whether it arrived, where the sink knows no keys.',
      { default: 'repeat' },
    ),
    allowInsecure,
  },
  { description: 'Somebody, or something, that is told what happens.' },
);

const Webhook = Type.Object(
  {
    secretRef: Type.Object(
      { name: text('Name of the Secret, in the same namespace.') },
      {
        description:
          'Secret of which each value, up to ten, is one that the host may sign with or send as its token: several while one is replaced.',
      },
    ),
  },
  {
    description:
      'Lets the code host wake the source: POST /webhooks/NAMESPACE/NAME. It is looked at every interval all the same.',
  },
);

export const Forge = Type.Object(
  {
    kind: oneOf(['github', 'gitlab', 'gitea', 'bitbucket'], 'What it is; gitea stands for Forgejo too.'),
    url: Type.Optional(
      text('Root of its API, such as https://gitlab.example/api/v4; absent: the public service.', { maxLength: 2048 }),
    ),
    project: text('owner/name, on GitLab with all groups; on Bitbucket Data Center PROJECT/slug.', { maxLength: 1024 }),
    secretRef: Type.Optional(secretRef('token, and username where it is an app password; ca.crt for a private CA')),
    report: flag('Tell there what becomes of commits and pull requests: statuses, and one comment for each pull request.', {
      default: true,
    }),
    interval: duration('How often to look for open pull requests, where no webhook says that there is one.', { default: '5m' }),
    allowInsecure,
  },
  { description: 'The code host that the repository is on.' },
);

export const ReleaseSourceSpec = Type.Object(
  {
    git: Git,
    webhook: Type.Optional(Webhook),
    forge: Type.Optional(Forge),
    jenkins: Type.Optional(list(Jenkins, 'Jenkins servers that documents may name.')),
    buckets: Type.Optional(list(Bucket, 'Buckets that documents may name.')),
    firstDeployment: oneOf(['confirm', 'deploy'], 'What happens to an environment that nothing is recorded of.', {
      default: 'confirm',
    }),
    audit: Type.Optional(
      Type.Object(
        {
          bucket: text('The bucket, by the name that it has in buckets.'),
          prefix: text('What the keys begin with.', { default: 'audit/' }),
        },
        { description: 'Where every run that ended, every hold and every adoption is recorded for good.' },
      ),
    ),
    sinks: Type.Optional(list(Sink, 'Who can be told: NotificationPolicy documents name them.', { maxItems: 50 })),
    historyLimit: integer('How many runs are kept for each environment.', { minimum: 2, maximum: 200, default: 20 }),
    suspend: flag('Stop looking at the repository and starting deployments.', { default: false }),
  },
  { description: 'What the operator wants.' },
);
