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

  /** By scenario first, then what was hit in each. */
  lines(): string[] {
    const scenarios = [...this.#rows].map(([scenario, kinds]) => ({
      scenario,
      kinds: [...kinds],
      sum: sumOf([...kinds.values()]),
    }));
    const result = (failures: number) => (failures === 0 ? 'ok' : `${failures} failed`);
    return [
      line('scenario', ['effects', 'points', 'in recovery', 'result']),
      ...scenarios.map(({ scenario, sum: { points, recoveries, failures } }) =>
        line(scenario, [this.#effects.get(scenario) ?? 0, points, recoveries, result(failures)]),
      ),
      line('all', [sumOfNumbers(this.#effects.values()), this.points, this.recoveries, result(this.failures)]),
      '',
      line('effect', ['', 'points', 'in recovery', 'result']),
      ...scenarios.flatMap(({ scenario, kinds }) =>
        kinds
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([kind, { points, recoveries, failures }]) =>
            line(`${scenario}: ${kind}`, ['', points, recoveries, result(failures)]),
          ),
      ),
      ...this.#failures,
    ];
  }
}

function sumOf(rows: readonly Row[]): Row {
  const sum = emptyRow();
  for (const { points, recoveries, failures } of rows) {
    sum.points += points;
    sum.recoveries += recoveries;
    sum.failures += failures;
  }
  return sum;
}

function sumOfNumbers(numbers: Iterable<number>): number {
  return [...numbers].reduce((sum, number) => sum + number, 0);
}

function line(name: string, cells: readonly (number | string)[]): string {
  return `${name.padEnd(52)}${cells.map((value) => String(value).padStart(14)).join('')}`.trimEnd();
}
