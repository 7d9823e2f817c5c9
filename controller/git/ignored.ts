import * as fs from 'node:fs';
import type { IsIgnored } from './working-tree.js';

/** By the `.gitignore` files of the working copy and `info/exclude`. The library is loaded when the first file is asked for: mostly none is. */
export function ignoredIn(root: string, gitFolder: string): IsIgnored {
  return async (path) => {
    const { isIgnored } = await import('isomorphic-git');
    return isIgnored({ fs, dir: root, gitdir: gitFolder, filepath: path });
  };
}
