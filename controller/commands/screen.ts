import type { Terminal } from '../cli/terminal.js';

/** Lines on a terminal that are written over (ECMA-48: cursor up, erase below). They must not be wider than it. */
export class Screen {
  readonly #terminal: Terminal;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, Math.max(1, this.#terminal.height - 1));
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`;
    this.#drawn = shown.length;
    this.#terminal.stdout(`${back}${shown.map((line) => `${line}\n`).join('')}`);
  }
}
