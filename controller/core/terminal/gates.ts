import type { GateStatus } from '../resources/environment.js';
import type { TableOptions } from './table.js';
import { padEnd, paint, type Style, wrapWords } from './text.js';

const marks: Readonly<Record<GateStatus['state'], string>> = { Passed: '+', Waiting: '~', Blocked: 'x', Failed: 'x' };
const styles: Readonly<Record<GateStatus['state'], Style>> = { Passed: 'good', Waiting: 'warn', Blocked: 'bad', Failed: 'bad' };

/** Gates in the order that they are judged, closed ones with what opens them; wrapped between words to the width, where there is one. */
export function gateLines(gates: readonly GateStatus[], { color, width = Number.POSITIVE_INFINITY }: TableOptions): string[] {
  const names = Math.max(...gates.map(({ name }) => name.length), 0);
  return gates.flatMap((gate) => {
    const head = `  ${paint(marks[gate.state], styles[gate.state], color)} ${padEnd(gate.name, names)}  ${gate.state.padEnd(7)}  `;
    const indent = ' '.repeat(names + 15);
    const [first = '', ...more] = detailsOf(gate).flatMap((text) => wrapWords(text, Math.max(30, width - indent.length)));
    return [`${head}${first}`, ...more.map((text) => `${indent}${text}`)];
  });
}

function detailsOf({ state, message, who, since, nextChange }: GateStatus): string[] {
  if (state === 'Passed') return [message];
  const facts = [
    who === undefined ? [] : [`opened by ${who}`],
    since === undefined ? [] : [`since ${since}`],
    nextChange === undefined ? [] : [`changes by itself at ${nextChange}`],
  ].flat();
  return facts.length === 0 ? [message] : [message, `(${facts.join('; ')})`];
}
