import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A request as a code host sends it. */
export interface Hook {
  readonly name: string;
  /** The host, as a label of metrics says it. */
  readonly kind: string;
  readonly body: Buffer;
  /** Everything but the proof that its sender knows the secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers with the proof. */
  readonly sign: (body: Buffer, secret: string) => Record<string, string>;
}

export const hmac = (body: Buffer | string, secret: string): string => createHmac('sha256', secret).update(body).digest('hex');

const payload = (name: string): Buffer => readFileSync(`test/fixtures/webhooks/${name}.json`);
const json = { 'content-type': 'application/json' };

const github = (name: string, event: string): Hook => ({
  name,
  kind: 'github',
  body: payload(name),
  headers: { ...json, 'x-github-event': event, 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' },
  sign: (body, secret) => ({ 'x-hub-signature-256': `sha256=${hmac(body, secret)}` }),
});

const gitlab = (name: string, event: string): Hook => ({
  name,
  kind: 'gitlab',
  body: payload(name),
  headers: { ...json, 'x-gitlab-event': event, 'x-gitlab-instance': 'https://gitlab.example' },
  sign: (_, secret) => ({ 'x-gitlab-token': secret }),
});

/** It sends the headers of GitHub and Gogs as well, SHA-1 among them. */
const gitea = (name: string, event: string): Hook => ({
  name,
  kind: 'gitea',
  body: payload(name),
  headers: { ...json, 'x-gitea-event': event, 'x-gogs-event': event, 'x-github-event': event },
  sign: (body, secret) => {
    const signature = hmac(body, secret);
    const sha1 = createHmac('sha1', secret).update(body).digest('hex');
    const likeGithub = { 'x-hub-signature': `sha1=${sha1}`, 'x-hub-signature-256': `sha256=${signature}` };
    return { 'x-gitea-signature': signature, 'x-gogs-signature': signature, ...likeGithub };
  },
});

const forgejo = (name: string, event: string): Hook => {
  const like = gitea(name, event);
  return {
    ...like,
    name: `${name} of Forgejo`,
    kind: 'forgejo',
    headers: { ...like.headers, 'x-forgejo-event': event },
    sign: (body, secret) => ({ 'x-forgejo-signature': hmac(body, secret) }),
  };
};

const bitbucket = (name: string, event: string): Hook => ({
  name,
  kind: 'bitbucket',
  body: payload(name),
  headers: { ...json, 'x-event-key': event },
  sign: (body, secret) => ({ 'x-hub-signature': `sha256=${hmac(body, secret)}` }),
});

/** GitLab's newer way, with a signing token; `at` in seconds. */
export function signedLikeStandard(hook: Hook, at: number, id = 'f6c1d0a2'): Hook {
  const sign = (body: Buffer, secret: string) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const digest = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${digest}` };
  };
  return { ...hook, name: `${hook.name}, signed`, sign };
}

/** Every payload, with what it has to wake where the branch is master. */
export const hooks: readonly (readonly [hook: Hook, wakes: 'branch' | 'pull-requests' | undefined])[] = [
  [github('github-push', 'push'), 'branch'],
  [github('github-push-tag', 'push'), 'pull-requests'],
  [github('github-ping', 'ping'), undefined],
  [github('github-pull-request', 'pull_request'), 'pull-requests'],
  [github('github-issues', 'issues'), undefined],
  [gitlab('gitlab-push', 'Push Hook'), 'branch'],
  [gitlab('gitlab-tag-push', 'Tag Push Hook'), undefined],
  [gitlab('gitlab-merge-request', 'Merge Request Hook'), 'pull-requests'],
  [gitlab('gitlab-repository-update', 'System Hook'), 'branch'],
  [gitea('gitea-push', 'push'), 'branch'],
  [gitea('gitea-push-branch', 'push'), 'pull-requests'],
  [gitea('gitea-pull-request', 'pull_request'), 'pull-requests'],
  [forgejo('gitea-push', 'push'), 'branch'],
  [forgejo('gitea-push-branch', 'push'), 'pull-requests'],
  [bitbucket('bitbucket-cloud-push', 'repo:push'), 'branch'],
  [bitbucket('bitbucket-cloud-push-deleted', 'repo:push'), 'pull-requests'],
  [bitbucket('bitbucket-cloud-pull-request', 'pullrequest:updated'), 'pull-requests'],
  [bitbucket('bitbucket-data-center-push', 'repo:refs_changed'), 'branch'],
  [bitbucket('bitbucket-data-center-push-tag', 'repo:refs_changed'), 'pull-requests'],
  [bitbucket('bitbucket-data-center-ping', 'diagnostics:ping'), undefined],
  [bitbucket('bitbucket-data-center-pull-request', 'pr:from_ref_updated'), 'pull-requests'],
];
