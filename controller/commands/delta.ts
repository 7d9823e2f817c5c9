import type { DeltaFlags } from '../cli/delta.js';
import { computeDelta, countChanges, type Delta, summariseDelta } from '../core/delta/compute.js';
import type { Descriptor, DescriptorReading } from '../core/model.js';
import { deltaTable } from '../core/terminal/sections.js';

export interface DeltaArguments {
  readonly from: string;
  readonly to: string;
  readonly format: DeltaFlags['format'];
  readonly color: boolean;
  /** Answer 1 where the two differ, as `git diff --exit-code` does. */
  readonly exitCode: boolean;
  /** Reads a descriptor from a file or an S3 location. */
  readonly read: (place: string) => Promise<DescriptorReading>;
}

export interface Output {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** Prints what changes from one descriptor to another; the exit status as in the help. */
export async function runDelta(args: DeltaArguments, out: Output): Promise<number> {
  const [from, to] = await Promise.all([args.read(args.from), args.read(args.to)]);
  for (const reading of [from, to]) if (reading.state !== 'found') out.stderr(`towpath: ${toPlain(reading.message)}\n`);
  if (from.state !== 'found' || to.state !== 'found') return 2;
  const comparison = {
    from: from.descriptor,
    to: to.descriptor,
    delta: computeDelta(from.descriptor.components, to.descriptor.components),
  };
  out.stdout(formatters[args.format](comparison, args));
  return args.exitCode && countChanges(comparison.delta) > 0 ? 1 : 0;
}

interface Comparison {
  readonly from: Descriptor;
  readonly to: Descriptor;
  readonly delta: Delta;
}

const formatters: Record<DeltaArguments['format'], (comparison: Comparison, args: DeltaArguments) => string> = {
  table: ({ delta }, { color }) => toTable(delta, color),
  markdown: ({ delta }, { from, to }) => formatMarkdown(delta, from, to),
  json: ({ from, to, delta }, args) => {
    const sides = { from: describe(args.from, from), to: describe(args.to, to) };
    return `${JSON.stringify({ ...sides, ...delta, summary: summariseDelta(delta) }, undefined, 2)}\n`;
  },
};

function describe(location: string, { sha256, versionId }: Descriptor) {
  return { location, sha256, ...(versionId === undefined ? {} : { versionId }) };
}

function toTable(delta: Delta, color: boolean): string {
  const summary = `${summariseDelta(delta)}\n`;
  if (delta.components.length === 0) return summary;
  const components = delta.components.map(({ name, change, from = '-', to = '-' }) => ({
    name: toPlain(name),
    change,
    from: toPlain(from),
    to: toPlain(to),
  }));
  return `${deltaTable({ ...delta, components }, { color }).join('\n')}\n\n${summary}`;
}

function formatMarkdown(delta: Delta, from: string, to: string): string {
  const title = `**${summariseDelta(delta)}** from ${toCell(from)} to ${toCell(to)}\n`;
  if (delta.components.length === 0) return title;
  const rows = delta.components.map(
    ({ name, change, from: before, to: after }) =>
      `| ${toCell(name)} | ${change} | ${toCell(before ?? '–')} | ${toCell(after ?? '–')} |`,
  );
  return `${[title, '| Component | Change | From | To |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

/** Text that neither ends a cell nor means anything in Markdown or HTML: descriptors are not written by who reads this. */
function toCell(text: string): string {
  return toPlain(text).replace(/[\\`*_[\]<>&|~#@!]/g, (character) => (character === '@' ? '&#64;' : `\\${character}`));
}

/** Control and formatting characters as escapes, so that a descriptor cannot drive the terminal. */
function toPlain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
