/**
 * What Towpath does with a code host: GitHub, GitLab, Gitea (and Forgejo), Bitbucket Cloud and Bitbucket Data Center.
 *
 * Everything can be repeated without harm. Failures are ReconcileErrors whose `retry` says when to come back: after what the host asks
 * for where it limits the rate, `backoff` where it cannot be reached, `never` where it refuses. No message carries a credential.
 */
export interface Forge {
  /** Opens it, or returns the one that is open already for the same two branches, which stays as it is. */
  openPullRequest(request: PullRequestRequest, signal: AbortSignal): Promise<PullRequestPlace>;
  /** All that are open. */
  pullRequests(signal: AbortSignal): Promise<readonly PullRequest[]>;
  /** The newest status of the context on the commit; nothing is written where it says this already, as far as the host tells. */
  setStatus(status: CommitStatus, signal: AbortSignal): Promise<void>;
  /** The one comment that carries the marker: edited in place, created where there is none; several are reduced to one. */
  putComment(comment: MarkedComment, signal: AbortSignal): Promise<void>;
}

export type ForgeKind = 'github' | 'gitlab' | 'gitea' | 'bitbucket';

export const forgeKinds: readonly ForgeKind[] = ['github', 'gitlab', 'gitea', 'bitbucket'];

export interface PullRequestRequest {
  /** The branch with the changes, in the same repository. */
  readonly head: string;
  /** The branch that they are meant for. */
  readonly base: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

export interface PullRequestPlace {
  /** The number that people see: of GitLab the iid. */
  readonly number: number;
  /** The page for people. */
  readonly url: string;
}

export interface PullRequest extends PullRequestPlace {
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string };
  readonly title: string;
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

export interface CommitStatus {
  /** The full commit id. */
  readonly sha: string;
  /** What tells statuses of a commit apart: one a context. */
  readonly context: string;
  readonly state: StatusState;
  /** One line; what is longer than the host takes is cut. */
  readonly description: string;
  /** A page with more. */
  readonly url?: string;
}

export interface MarkedComment {
  /** The number of the pull request. */
  readonly pullRequest: number;
  /** What the comment is known by again: letters, digits, `.`, `:`, `/`, `_` and `-`. It is put into the comment so that people do not see it. */
  readonly marker: string;
  /** Markdown, without the marker. */
  readonly body: string;
}

/** Where the project is, and how to speak there. */
export interface ForgeOptions {
  readonly kind: ForgeKind;
  /** Root of the API, for instance `https://gitlab.example/api/v4`; absent: the public service of the kind. */
  readonly url?: string;
  /** `owner/name`; of GitLab with all groups, of Bitbucket Data Center `PROJECT/slug`. */
  readonly project: string;
  /** Sent to the origin of `url` alone. */
  readonly credentials?: ForgeCredentials;
  /** Certificates of a private authority, PEM. */
  readonly ca?: string;
  /** Allow http to other hosts than this one. */
  readonly allowInsecure?: boolean;
  /** The proxies of whoever runs the command; absent: none, whatever the environment says. */
  readonly proxy?: ForgeProxy;
  /** Of one request; 30 s unless given. */
  readonly requestTimeoutMs?: number;
  /** Wall clock, in milliseconds since 1970: limits are told as moments by some hosts. */
  readonly now: () => number;
  /** Told of every request, for measurements. */
  readonly onRequest?: (request: ForgeRequest) => void;
}

/** As the usual variables have it. Hosts are asked through a tunnel, so that a proxy sees no credential. */
export interface ForgeProxy {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are asked directly, parted by commas. */
  readonly except: string;
}

/** A token, or (Bitbucket) the name of a user and an app password or API token. */
export interface ForgeCredentials {
  readonly username?: string;
  readonly token: string;
}

export interface ForgeRequest {
  readonly operation: keyof Forge;
  /** The status of the answer, or the code of the error. */
  readonly code: string;
  readonly durationMs: number;
}
