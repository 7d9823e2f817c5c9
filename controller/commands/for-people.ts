import type { GetCommand } from '../cli/get.js';
import type { Terminal } from '../cli/terminal.js';

/** The commands of the terminal, each loaded when it is asked for. */
export type PeoplesCommands = GetCommand;

export function peoplesCommands(terminal: Terminal): PeoplesCommands {
  return {
    get: async (kind, name, flags) => (await import('./get.js')).runGet(kind, name, flags, terminal),
  };
}
