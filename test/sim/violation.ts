/** An invariant that does not hold: the seed has failed. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.rule = rule;
  }
}

export function demand(holds: boolean, rule: string, message: () => string): void {
  if (!holds) throw new Violation(rule, message());
}
