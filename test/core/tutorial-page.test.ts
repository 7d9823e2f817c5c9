import { describe, expect, it } from 'vitest';
import { masked, stepsOf, withOutputs } from '../support/tutorial/page.js';

const page = `# Title
\`\`\`console
$ cat > a <<END
> one
>
> END
$ cat a
one

$ true
\`\`\`
\`\`\`sh
$ not a step
\`\`\`
`;

describe('a page that is a session', () => {
  it('is read as commands, which may go on, and what they print', () => {
    expect(stepsOf(page)).toEqual([
      { command: 'cat > a <<END\none\n\nEND', output: '' },
      { command: 'cat a', output: 'one\n\n' },
      { command: 'true', output: '' },
    ]);
  });

  it('stays as it is where it prints the same, and takes what is printed else', () => {
    expect(withOutputs(page, ['', 'one\n\n', ''])).toBe(page);
    expect(stepsOf(withOutputs(page, ['', 'two\n', ''])).map(({ output }) => output)).toEqual(['', 'two\n', '']);
  });

  it('is compared without what is different each time, and with everything else', () => {
    const said = (time: string, age: string, sha: string) => `${time} shop.qa ${sha} 1.1.0   Running   ${age}\n`;
    expect(masked(said('2026-11-22T14:21:09Z', '1m 3s', 'bdeb93436c14'))).toBe(
      masked(said('2027-01-01T00:00:00Z', '59s', '0123456789ab')),
    );
    expect(masked(said('2026-11-22T14:21:09Z', '1m', 'bdeb93436c14'))).toBe('<time> shop.qa <sha> 1.1.0  Running  <duration>\n');
  });
});
