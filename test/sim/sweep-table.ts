import type { Swept } from './sweep.js';

interface Row {
  points: number;
  recoveries: number;
  failures: number;
}

const emptyRow = (): Row => ({ points: 0, recoveries: 0, failures: 0 });

/** The crash sweep as people read it: by scenario and kind of effect, how many there are, and how many kills at them. */
export class SweepTable {
  readonly #rows = new Map<string, Map<string, Row>>();
  readonly #failures: string[] = [];
  readonly #effects = new Map<string, number>();
  points = 0;
  recoveries = 0;

  add({ scenario, effects, rows, failures }: Swept): void {
    const kinds = this.#rows.get(scenario) ?? new Map<string, Row>();
    this.#rows.set(scenario, kinds);
    this.#effects.set(scenario, effects.length);
    this.#failures.push(...failures.map((failure) => `${scenario}, ${failure}`));
    for (const point of rows) {
      const row = kinds.get(point.effect) ?? emptyRow();
      kinds.set(point.effect, row);
      row.points += 1;
      row.recoveries += point.recoveries;
      row.failures += point.failures.length;
      this.points += 1;
      this.recoveries += point.recoveries;
      this.#failures.push(...point.failures.map((failure) => `${scenario}, ${failure}`));
    }
  }

  get failures(): number {
    return this.#failures.length;
  }

  /** How many effects each scenario has when nobody is killed. */
  get effects(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#effects);
  }

  lines(): string[] {
    const lines = [line('scenario', 'effect', ['points', 'in recovery', 'failures'])];
    for (const [scenario, kinds] of this.#rows) {
      for (const [kind, { points, recoveries, failures }] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
        lines.push(line(scenario, kind, [points, recoveries, failures]));
    }
    lines.push(line('all', '', [this.points, this.recoveries, this.failures]), ...this.#failures);
    const effects = [...this.#effects].map(([scenario, count]) => `${scenario} ${count}`).join(', ');
    lines.push(`effects: ${effects}`);
    lines.push(`${this.points} points swept, and ${this.recoveries} in recovery: ${this.points + this.recoveries} in all`);
    return lines;
  }
}

function line(scenario: string, effect: string, numbers: readonly (number | string)[]): string {
  return `${scenario.padEnd(24)}${effect.padEnd(28)}${numbers.map((value) => String(value).padStart(13)).join('')}`;
}
