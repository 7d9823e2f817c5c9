import { createInterface } from 'node:readline';

/** Asks at a terminal and gives what was typed, or the usual answer where nothing was. Throws where the input ends. */
export function ask(question: string, usual: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve, reject) => {
    lines.on('close', () => reject(new Error('broken off')));
    lines.question(`${question}${usual === '' ? '' : ` [${usual}]`}: `, (answer) => {
      resolve(answer.trim() === '' ? usual : answer.trim());
      lines.close();
    });
  });
}
