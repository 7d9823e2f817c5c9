/** A page whose console blocks are a session: lines that begin with `$` are typed (`>`: the line goes on), the others are what is printed. */

export interface Step {
  readonly command: string;
  readonly output: string;
}

const fence = /^```console\n([\s\S]*?)^```$/gm;

/** Every command of the page in its order, with the output that it shows. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(fence)].flatMap(([, block = '']) => stepsOfBlock(block));
}

function stepsOfBlock(block: string): Step[] {
  const steps: { command: string; output: string }[] = [];
  let typing = false;
  for (const line of block.split('\n').slice(0, -1)) {
    const current = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' });
    else if (current !== undefined && typing && (line === '>' || line.startsWith('> '))) current.command += `\n${line.slice(2)}`;
    else if (current !== undefined) current.output += `${line}\n`;
    typing = line.startsWith('$ ') || (typing && (line === '>' || line.startsWith('> ')));
  }
  return steps;
}

/** The page with other outputs, one for each step. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  let next = 0;
  return page.replace(fence, (_all, block: string) => {
    const lines = stepsOfBlock(block).map(({ command }) => {
      const [first = '', ...more] = command.split('\n');
      const output = outputs[next] ?? '';
      next += 1;
      return `$ ${first}\n${more.map((line) => `${`> ${line}`.trimEnd()}\n`).join('')}${output}`;
    });
    return `\`\`\`console\n${lines.join('')}\`\`\``;
  });
}

/** What is different each time, made the same: times, durations, commits, digests; and the blanks that follow from their lengths. */
export function masked(output: string): string {
  return output
    .replaceAll(/sha256:[0-9a-f]{12,64}/g, 'sha256:…')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z| UTC|[+-]\d{2}:\d{2})?)?/g, '<time>')
    .replaceAll(/\b(\d+[dhms] ?)*\d+[dhms]\b/g, '<duration>')
    .replaceAll(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b/g, '<sha>')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '<sha>')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '');
}
