#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type App, startApp } from './app.js';
import { run } from './cli/program.js';
import { controllerConfig, silenceSdkWarning, standaloneConfig, UsageError, wantsColor } from './config.js';
import { startStandalone } from './standalone.js';
import { createLogger } from './telemetry/logger.js';

/** argv → command → exit code. */

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
  const logger = createLogger({ level: config.logLevel });
  const app = await startApp({ ...config, logger });
  logger.info({ http: app.http.url, identity: config.identity }, 'started');
  return untilEnded(app, () => app.stop());
}

async function standalone(flags: { data: string; config: string }): Promise<number> {
  const config = standaloneConfig(flags);
  const logger = createLogger({ level: config.logLevel });
  const { app, api, stop } = await startStandalone(config, logger);
  logger.info({ api: api.url, kubeconfig: api.kubeconfigPath, http: app.http.url }, 'started');
  return untilEnded(app, stop);
}

const print = (text: string) => void process.stdout.write(text);

async function main(): Promise<number> {
  silenceSdkWarning();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const color = wantsColor(process.stdout.isTTY === true);
  return run(
    process.argv.slice(2),
    {
      controller,
      standalone,
      validate: async (directory, { format }) => {
        const { runValidate } = await import('./cli/validate.js');
        return runValidate({ directory, format, color }, print);
      },
      delta: async (from, to, flags) => {
        const { runDelta } = await import('./cli/delta.js');
        const { createDescriptorReader } = await import('./s3/descriptor-reader.js');
        const reader = createDescriptorReader({ pathStyle: flags.pathStyle ?? false });
        const out = { stdout: print, stderr: (text: string) => void process.stderr.write(text) };
        return runDelta(
          {
            from,
            to,
            color,
            format: flags.format,
            exitCode: flags.exitCode ?? false,
            read: (place) => reader.read(place, AbortSignal.timeout(60_000)),
          },
          out,
        );
      },
      report: async (flags) => {
        const { runReport } = await import('./commands/report.js');
        return runReport(flags, print);
      },
      rebuild: async (flags) => {
        const { runRebuild } = await import('./commands/rebuild.js');
        return runRebuild(flags, print);
      },
      explain: async (environment, flags) => {
        const { runExplain } = await import('./commands/explain.js');
        return runExplain(environment, flags, { stdout: print, color, width: process.stdout.columns ?? 120 });
      },
    },
    version,
  );
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`towpath: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
