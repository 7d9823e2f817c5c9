import type { PullRequestPlace } from './forge.js';

/** The one that is open, else a new one; somebody may have opened it since it was looked for, and an answer may have been lost. */
export async function openOnce(
  find: () => Promise<PullRequestPlace | undefined>,
  create: () => Promise<PullRequestPlace>,
): Promise<PullRequestPlace> {
  const open = await find();
  if (open !== undefined) return open;
  try {
    return await create();
  } catch (error) {
    const meanwhile = await find().catch(() => undefined);
    if (meanwhile !== undefined) return meanwhile;
    throw error;
  }
}

export const placeOf = ({ number, url }: PullRequestPlace): PullRequestPlace => ({ number, url });
