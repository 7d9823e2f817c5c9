import type { PullRequest, PullRequestPlace } from './forge.js';
import type { ForgeHttp } from './http.js';

export interface Opening {
  /** The one that is open for the same branches. */
  find(): Promise<PullRequest | undefined>;
  /** Where a new one is posted, and what. */
  readonly path: string;
  readonly body: object;
  readonly read: (answer: unknown) => PullRequest | undefined;
}

/** The one that is open, else a new one; somebody may have opened it since it was looked for, and an answer may have been lost. */
export async function openOnce(
  http: ForgeHttp,
  { find, path, body, read }: Opening,
  signal: AbortSignal,
): Promise<PullRequestPlace> {
  const open = await find();
  if (open !== undefined) return placeOf(open);
  try {
    const answer = await http.call({ operation: 'openPullRequest', method: 'POST', path, body }, signal);
    const opened = read(answer.body);
    if (opened === undefined) throw http.odd('a pull request without a number');
    return placeOf(opened);
  } catch (error) {
    const meanwhile = await find().catch(() => undefined);
    if (meanwhile !== undefined) return placeOf(meanwhile);
    throw error;
  }
}

const placeOf = ({ number, url }: PullRequestPlace): PullRequestPlace => ({ number, url });
