import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const campaign = { file: 'windows/globex-campaign.yaml', timeZone: 'Europe/Stockholm' } as const;
const yearEnd = { file: 'windows/year-end-freeze.yaml', timeZone: 'Australia/Adelaide' } as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The clock on the wall there, as windows write it. */
function wallClock(at: number, timeZone: string): string {
  return new Date(at).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T');
}

/** Which day it is must not decide how the story ends: the campaign began the day before yesterday, and the end of the year is far. */
export async function moveFreezes(directory: string, now: number): Promise<void> {
  await move(join(directory, campaign.file), campaign.timeZone, [now - 2 * dayMs, now + 5 * dayMs]);
  await move(join(directory, yearEnd.file), yearEnd.timeZone, [now + 30 * dayMs, now + 48 * dayMs]);
}

async function move(path: string, timeZone: string, [from, to]: readonly [number, number]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const moved = text
    .replace(/^ {2}from: .*$/m, `  from: ${wallClock(from, timeZone)}`)
    .replace(/^ {2}to: .*$/m, `  to: ${wallClock(to, timeZone)}`);
  await writeFile(path, moved);
}

/** When the campaign ended, told a while later: also in the night in which clocks are put back, the time has passed. */
export function endOfCampaign(now: number): string {
  return `to: ${wallClock(now - 2 * hourMs, campaign.timeZone)}`;
}
