import { failed } from '../failure.js';
import { parseCommit } from '../formats.js';
import { ObjectStore } from '../object-store.js';
import type { LoadRequest } from '../protocol.js';
import { Verifier } from './verifier.js';

const COMMIT_BYTES = 1024 * 1024;

/** Throws ReconcileError where the source demands that the newest commit is signed by a key of the operator, and it is not. */
export async function verifyHead({ verify, sha, folder }: LoadRequest): Promise<void> {
  if (verify?.mode !== 'head') return;
  const store = new ObjectStore(`${folder}/objects`);
  try {
    const raw = store.read(sha, 'commit', COMMIT_BYTES);
    const signature = await new Verifier(verify.keys).verify(raw);
    if (!('problem' in signature)) return;
    const { commit } = parseCommit(sha, raw);
    const message = `Commit ${sha.slice(0, 12)} by ${commit.author} ${signature.problem}; the last verified commit stays in force.`;
    throw failed('CommitNotVerified', message, 'never');
  } finally {
    store.close();
  }
}
