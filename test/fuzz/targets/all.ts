import type { Target } from '../target.js';
import { commandLine } from './command-line.js';
import { descriptor, documents } from './documents.js';
import { embedded } from './embedded.js';
import { gitObjects, gitRefs } from './git.js';
import { gitFetch } from './git-fetch.js';
import { jenkins, jenkinsControl, jenkinsShapes } from './jenkins.js';
import { kube } from './kube.js';
import { s3 } from './s3.js';
import { webhooks } from './webhooks.js';

/** Everything that strangers can write to. */
export const targets: readonly Target[] = [
  documents,
  descriptor,
  jenkinsShapes,
  jenkins,
  jenkinsControl,
  s3,
  gitObjects,
  gitRefs,
  gitFetch,
  kube,
  embedded,
  commandLine,
  webhooks,
];
