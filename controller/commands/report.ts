import { formatReport, type ReportFlags } from '../cli/report.js';
import { UsageError } from '../config.js';
import { withKube } from '../operate/cluster.js';
import { report } from '../operate/report.js';
import { mustAnswer, mustBeFolder, operateOptions } from './cluster.js';
import { parseDay } from './times.js';

const deadlineMs = 10 * 60_000;

/** `towpath report`. Throws UsageError for wrong usage, and an Error that says why where there is nothing to report on. */
export async function runReport(flags: ReportFlags, out: (text: string) => void): Promise<number> {
  const { product, trail } = flags;
  const [from, to] = [parseDay(flags.from, '--from'), parseDay(flags.to, '--to')];
  if (from >= to) throw new UsageError(`--from ${flags.from} is not before --to ${flags.to}`);
  await mustBeFolder(trail, '--trail');
  const options = operateOptions(flags, deadlineMs);
  await mustAnswer(options);
  const request = { from, to, ...(product === undefined ? {} : { product }), ...(trail === undefined ? {} : { trail }) };
  out(formatReport(await withKube(options, (kube) => report(kube, request, options)), flags.format));
  return 0;
}
