import type { AskCommands } from '../cli/ask.js';
import type { CompletionCommands } from '../cli/completion.js';
import type { DescribeCommands } from '../cli/describe.js';
import type { GetCommand } from '../cli/get.js';
import type { HoldCommands } from '../cli/hold.js';
import type { InitCommands } from '../cli/init.js';
import type { Terminal } from '../cli/terminal.js';
import type { WatchCommand } from '../cli/watch.js';

/** The commands of the terminal, each loaded when it is asked for. */
export type PeoplesCommands = AskCommands &
  CompletionCommands &
  DescribeCommands &
  GetCommand &
  HoldCommands &
  InitCommands &
  WatchCommand;

export function peoplesCommands(terminal: Terminal): PeoplesCommands {
  return {
    get: async (kind, name, flags) => (await import('./get.js')).runGet(kind, name, flags, terminal),
    describe: async (first, second, flags) => (await import('./describe.js')).runDescribe(first, second, flags, terminal),
    history: async (name, flags) => (await import('./describe.js')).runHistory(name, flags, terminal),
    diff: async (name, flags) => (await import('./describe.js')).runDiff(name, flags, terminal),
    logs: async (name, flags) => (await import('./describe.js')).runLogs(name, flags, terminal),
    watch: async (name, flags) => (await import('./watch.js')).runWatch(name, flags, terminal),
    ask: async (verb, target, flags) => (await import('./ask.js')).runAsk(verb, target, flags, terminal),
    resolve: async (run, word, flags) => (await import('./ask.js')).runResolve(run, word, flags, terminal),
    hold: async (flags) => (await import('./hold.js')).runHold(flags, terminal),
    listHolds: async (flags) => (await import('./hold.js')).runListHolds(flags, terminal),
    releaseHold: async (name, flags) => (await import('./hold.js')).runReleaseHold(name, flags, terminal),
    init: async (directory, flags) => (await import('./init.js')).runInit(directory, flags, terminal),
    schema: async (kind) => (await import('./init.js')).runSchema(kind, terminal),
    completion: async (shell) => (await import('./completion.js')).runCompletion(shell, terminal),
    complete: async (wanted) => (await import('./completion.js')).runComplete(wanted, terminal),
  };
}
