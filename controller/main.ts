#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { App } from './app.js';
import type { DeltaFlags } from './cli/delta.js';
import { type Commands, run } from './cli/program.js';
import type { Terminal } from './cli/terminal.js';
import { peoplesCommands } from './commands/for-people.js';
import { controllerConfig, isCapable, silenceSdkWarning, standaloneConfig, UsageError, wantsColor } from './config.js';

/** argv → command → exit code. What a command needs is loaded when it is asked for: most need neither the controller nor its libraries. */

const stopDeadlineMs = 10_000;

/** Runs until the lease is lost (exit 1, so that the process is started anew) or a signal asks for the end (exit 0 within 10 s). */
async function untilEnded(app: App, stop: () => Promise<void>): Promise<number> {
  const signalled = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve('signal'));
  });
  const reason = await Promise.race([signalled, app.ended]);
  // With the lease gone nothing may have an effect any more: the process ends at once, whatever hangs.
  if (reason === 'lost') return 1;
  const deadline = setTimeout(() => process.exit(0), stopDeadlineMs);
  await stop();
  clearTimeout(deadline);
  return 0;
}

async function controller(flags: Record<string, string>): Promise<number> {
  const config = controllerConfig(flags);
  const { startApp } = await import('./app.js');
  const { createLogger } = await import('./telemetry/logger.js');
  const logger = createLogger({ level: config.logLevel });
  const app = await startApp({ ...config, logger });
  logger.info({ http: app.http.url, identity: config.identity }, 'started');
  return untilEnded(app, () => app.stop());
}

async function standalone(flags: { data: string; config: string }): Promise<number> {
  const config = standaloneConfig(flags);
  const { startStandalone } = await import('./standalone.js');
  const { createLogger } = await import('./telemetry/logger.js');
  const logger = createLogger({ level: config.logLevel });
  const { app, api, stop } = await startStandalone(config, logger);
  logger.info({ api: api.url, kubeconfig: api.kubeconfigPath, http: app.http.url }, 'started');
  return untilEnded(app, stop);
}

async function delta(from: string, to: string, flags: DeltaFlags): Promise<number> {
  const [{ runDelta }, { createDescriptorReader }] = await Promise.all([
    import('./commands/delta.js'),
    import('./s3/descriptor-reader.js'),
  ]);
  const reader = createDescriptorReader({ pathStyle: flags.pathStyle ?? false });
  const read = (place: string) => reader.read(place, AbortSignal.timeout(60_000));
  const { format, exitCode = false } = flags;
  return runDelta({ from, to, color: terminal.color, format, exitCode, read }, terminal);
}

const interactive = isCapable(process.stdout.isTTY === true);
const terminal: Terminal = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  color: wantsColor(interactive),
  interactive,
  get width() {
    // A terminal that does not know its size says 0.
    return process.stdout.columns || 120;
  },
  get height() {
    return process.stdout.rows || 40;
  },
  now: Date.now,
  ...(interactive && process.stdin.isTTY === true
    ? { ask: async (question, usual) => (await import('./cli/questions.js')).ask(question, usual) }
    : {}),
};

const commands: Commands = {
  controller,
  standalone,
  delta,
  ...peoplesCommands(terminal),
  validate: async (directory, { format }) =>
    (await import('./commands/validate.js')).runValidate({ directory, format, color: terminal.color }, terminal.stdout),
  explain: async (environment, flags) => (await import('./commands/explain.js')).runExplain(environment, flags, terminal),
  plan: async (directory, flags) => (await import('./commands/plan.js')).runPlan(directory, flags, terminal),
  promote: async (words, flags) => (await import('./commands/promote.js')).runPromote(words, flags, terminal),
  rollback: async (environment, flags) => (await import('./commands/promote.js')).runRollback(environment, flags, terminal),
  report: async (flags) => (await import('./commands/report.js')).runReport(flags, terminal.stdout),
  rebuild: async (flags) => (await import('./commands/rebuild.js')).runRebuild(flags, terminal.stdout),
};

async function main(): Promise<number> {
  silenceSdkWarning();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return run(process.argv.slice(2), commands, version);
}

/** A pipe takes so much at a time: the process must not end before what was printed is through. Who stops reading (`| head`) has seen enough. */
function printed(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()));
}

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

try {
  const code = await main();
  await printed();
  process.exit(code);
} catch (error) {
  process.stderr.write(`towpath: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
