export interface KubeconfigInput {
  readonly directory: string;
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

/** The administrator's token, kept in `directory`. */
export function ensureToken(_directory: string): Promise<string> {
  return Promise.reject(new Error('not implemented'));
}

/** Writes `kubeconfig` into `directory` and returns its path. */
export function writeKubeconfig(_input: KubeconfigInput): Promise<string> {
  return Promise.reject(new Error('not implemented'));
}
