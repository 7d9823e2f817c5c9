import { readFileSync } from 'node:fs';
import type { JobDefinition, UserDefinition } from './definition.js';
import { startJenkins } from './stand-in.js';

/**
 * The stand-in as a process of its own, so that `kill -9` means what it means to a real server:
 * `node main.js PORT DEFINITION.json`. The definition holds jobs, users, dataDirectory and the times of StandInOptions.
 */
interface Definition {
  readonly jobs: readonly JobDefinition[];
  readonly users?: readonly UserDefinition[];
  readonly dataDirectory: string;
  readonly executors?: number;
  readonly queueSaveMs?: number;
  readonly startupMs?: number;
  readonly raceMs?: number;
  readonly contextPath?: string;
}

const [port, file] = process.argv.slice(2);
if (port === undefined || file === undefined) throw new Error('usage: main PORT DEFINITION.json');

const definition = JSON.parse(readFileSync(file, 'utf8')) as Definition;
const jenkins = await startJenkins({ ...definition, port: Number(port) });
process.on('SIGTERM', () => void jenkins.terminate().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ url: jenkins.url })}\n`);
