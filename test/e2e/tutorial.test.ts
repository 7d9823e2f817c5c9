import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masked, stepsOf, withOutputs } from '../support/tutorial/page.js';
import { createTutorialWorld, type TutorialWorld } from '../support/tutorial/world.js';

const page = 'docs/tutorial.md';

/** `TOWPATH_TUTORIAL=write` puts what is printed into the page instead of comparing it. */
const isWriting = process.env.TOWPATH_TUTORIAL === 'write';

describe('the tutorial', () => {
  let world: TutorialWorld;
  beforeAll(async () => {
    world = await createTutorialWorld();
  });
  afterAll(() => world.close());

  it('prints what it says, command by command', { timeout: 600_000 }, async () => {
    const text = readFileSync(page, 'utf8');
    const steps = stepsOf(text);
    const outputs: string[] = [];
    for (const { command, output } of steps) {
      const printed = world.readable((await world.session.run(command)).output);
      outputs.push(printed);
      if (!isWriting) expect({ command, output: masked(printed) }).toEqual({ command, output: masked(output) });
    }
    expect(steps.length).toBeGreaterThan(20);
    if (isWriting) writeFileSync(page, withOutputs(text, outputs));
  });
});
