/** What a code host is told of a commit, in one context. */
export interface StatusReport {
  readonly sha: string;
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** One line; the host cuts it where it is too long for it. */
  readonly description: string;
  readonly url?: string;
}

/** The context of a source as a whole, which branch protection can ask for: on pull requests and on commits. */
export const sourceContext = (source: string): string => `towpath/${source}`;

/** `name`: `<product>.<environment>`. */
export const environmentContext = (name: string): string => `towpath/${name}`;

/** What the one comment of a source on a pull request is known by. */
export const commentMarker = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `towpath:plan:${namespace}/${name}`;

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
