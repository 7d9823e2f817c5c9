import type { Narrator } from './happenings.js';
import { Stage } from './stage.js';
import { badRelease, byHand, dayOne, promotion, revert, stopTheLine, typo } from './steps-deploying.js';
import { freeze, hotfix, jump, missingSignoff } from './steps-governing.js';
import type { World } from './world.js';

const steps = [dayOne, promotion, stopTheLine, typo, missingSignoff, freeze, hotfix, jump, badRelease, revert, byHand];

/** What must be true at the end; the numbers follow from the steps. */
export const expected = {
  deployments: 25,
  failed: 3,
  checks: 13,
  foreign: 2,
  owed: 5,
  errors: 2,
  environments: 20,
} as const;

/** Plays the story from its beginning to its end; fails at the first thing that does not happen. */
export async function tellStory(world: World, narrator: Narrator): Promise<void> {
  const stage = new Stage(world, narrator);
  for (const [index, step] of steps.entries()) {
    narrator.flush();
    narrator.tell({ event: 'step', number: index + 1, title: step.title, text: step.text });
    await step.play(stage);
  }
  narrator.flush();
}
