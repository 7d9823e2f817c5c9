import { parentPort } from 'node:worker_threads';
import { parseFile } from '../core/documents/parse.js';
import { serve } from './serve.js';

/** The entry of a worker. */
if (parentPort !== null) serve(parentPort, parseFile);
