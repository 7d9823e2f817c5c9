import type { Settled } from './person.js';
import { describePlan } from './plan.js';
import type { RoundResult } from './round.js';

/** One line for a round, and one for each thing that a person had to answer or that is wrong. */
export function describeResult(round: number, result: RoundResult): string[] {
  const { plan, seconds, builds, repetitions, settled, doubles, losses } = result;
  const unknown = settled.filter(({ reason }) => reason === 'Unknown').length;
  const notes = [
    `${builds} builds`,
    ...(repetitions > 0 ? [`${repetitions} repeated by Jenkins`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  const verdict = doubles.length + losses.length === 0 ? 'ok' : 'WRONG';
  return [
    `${String(round).padStart(3)}  seed ${plan.seed}  ${describePlan(plan)} | ${seconds.toFixed(1)} s, ${notes.join(', ')}: ${verdict}`,
    ...settled.map((one) => `       ${describeSettled(one)}`),
    ...doubles.map((line) => `       DOUBLE ${line}`),
    ...losses.map((line) => `       LOSS ${line}`),
  ];
}

function describeSettled({ name, reason, cause, answer }: Settled): string {
  return `${name} asked a person (${reason}); in truth: ${cause ?? 'NO CAUSE'}; answered: ${answer}`;
}

export function summarise(results: readonly RoundResult[]): string {
  const sum = (count: (result: RoundResult) => number) => results.reduce((total, result) => total + count(result), 0);
  const unknown = results.flatMap(({ settled }) => settled.filter(({ reason }) => reason === 'Unknown'));
  const explained = unknown.every(({ cause }) => cause !== undefined) ? 'each explained' : 'NOT ALL EXPLAINED';
  const parts = [
    `rounds ${results.length}`,
    `doubles ${sum(({ doubles }) => doubles.length)}`,
    `losses ${sum(({ losses }) => losses.length)}`,
    `unknown ${unknown.length} (${explained})`,
    `builds ${sum(({ builds }) => builds)}`,
    `repeated by Jenkins itself ${sum(({ repetitions }) => repetitions)}`,
    `other questions to a person ${sum(({ settled }) => settled.length) - unknown.length}`,
    `${sum(({ seconds }) => seconds).toFixed(0)} s`,
  ];
  return parts.join(', ');
}
