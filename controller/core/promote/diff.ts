/** One file before and after an edit. */
export interface FileEdit {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const around = 3;

/** The edits as `git apply` takes them: one hunk a file, which is all that an edit in place needs. */
export function unifiedDiff(edits: readonly FileEdit[]): string {
  return edits.map(fileDiff).join('');
}

function fileDiff({ path, before, after }: FileEdit): string {
  if (before === after) return '';
  const [from, to] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let same = 0;
  while (same < Math.min(from.length, to.length) - start && from.at(-1 - same) === to.at(-1 - same)) same += 1;
  const first = Math.max(0, start - around);
  const last = Math.min(around, same);
  const removed = from.slice(start, from.length - same);
  const added = to.slice(start, to.length - same);
  const hunk = [
    ...from.slice(first, start).map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...from.slice(from.length - same, from.length - same + last).map((line) => ` ${line}`),
  ];
  const rest = start - first + last;
  const range = (count: number) => (count === 0 ? `${first},0` : `${first + 1},${count}`);
  const head = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  return `${head}@@ -${range(removed.length + rest)} +${range(added.length + rest)} @@\n${hunk.map(withEnd).join('')}`;
}

/** Lines with their ends; the last may have none. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const withEnd = (line: string): string => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`);
