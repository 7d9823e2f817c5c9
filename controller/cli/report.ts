import { type Command, Option } from 'commander';
import { formatDuration } from '../core/duration.js';
import type { Report } from '../core/report/report.js';
import type { Spread } from '../core/report/statistics.js';
import { tableLines } from '../core/terminal/table.js';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface ReportFlags extends ClusterFlags {
  readonly from: string;
  readonly to: string;
  readonly product?: string;
  readonly format: ReportFormat;
  readonly repository?: string;
  readonly trail?: string;
}

export interface ReportCommand {
  report(flags: ReportFlags): Promise<number>;
}

export function addReport(program: Command, commands: ReportCommand, done: Done): void {
  const command = program
    .command('report')
    .description('key figures of a time: releases, deployments, failures, lead times, what gates held, plan and truth')
    .requiredOption('--from <time>', 'the beginning')
    .requiredOption('--to <time>', 'the end')
    .option('--product <name>', 'of this product alone')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table'));
  addClusterOptions(command)
    .option('--repository <folder>', 'take the documents from this checkout instead of fetching them')
    .option('--trail <folder>', 'take the audit trail from this folder')
    .addHelpText('after', `\n${reportHelp}`)
    .action(async (flags) => done(await commands.report(flags)));
}

/** What the help says below its options. */
const reportHelp = `Times are RFC 3339 with an offset, or dates, which stand for their beginning in UTC; --to is not included.
Runs come from the cluster and, where the ReleaseSource keeps one, from the audit trail; releases and incidents from git.

Examples:
  towpath report --from 2026-10-01 --to 2026-11-01
  towpath report --from 2026-10-01 --to 2026-11-01 --product loyalty --format json
  towpath report --from 2026-01-01 --to 2027-01-01 --format csv > 2026.csv

Exit status: 0 when there is a report; 1 when there is nothing to report on, or nothing to reach; 2 for wrong usage.`;

export type ReportFormat = 'table' | 'json' | 'csv';

/** One figure: a name with dots, what it is of, its value; `unit` s stands for seconds. */
interface Figure {
  readonly name: string;
  readonly of: string;
  readonly value: number | string;
  readonly unit: '' | 's' | 'ratio';
}

export function formatReport(report: Report, format: ReportFormat): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  const figures = figuresOf(report);
  if (format === 'csv')
    return toCsv([
      ['figure', 'of', 'value', 'unit'],
      ...figures.map(({ name, of, value, unit }) => [name, of, String(value), unit]),
    ]);
  return toTables(report, figures);
}

function figuresOf(report: Report): Figure[] {
  const { deployments, production, times, tickets, downtime } = report;
  const plain = (name: string, value: number | undefined, unit: Figure['unit'] = ''): Figure[] =>
    value === undefined ? [] : [{ name, of: '', value, unit }];
  const each = (name: string, counts: Readonly<Record<string, number>>): Figure[] =>
    Object.entries(counts).map(([of, value]) => ({ name, of, value, unit: '' }));
  const spread = (name: string, of: string, { count, median, p90 }: Spread): Figure[] => [
    { name: `${name}.count`, of, value: count, unit: '' },
    ...(median === undefined ? [] : [{ name: `${name}.median`, of, value: median, unit: 's' as const }]),
    ...(p90 === undefined ? [] : [{ name: `${name}.p90`, of, value: p90, unit: 's' as const }]),
  ];
  const spreads = (name: string, all: Readonly<Record<string, Spread>>): Figure[] =>
    Object.entries(all).flatMap(([of, one]) => spread(name, of, one));
  return [
    ...each('releases', report.releasesByClass),
    ...plain('deployments', deployments.total),
    ...each('deployments.stage', deployments.byStage),
    ...each('deployments.result', deployments.byResult),
    ...plain('deployments.failed', deployments.failed),
    ...plain('deployments.rollbacks', deployments.rollbacks),
    ...plain('production.deployments', production.deployments),
    ...plain('production.failedChanges', production.failedChanges),
    ...plain('production.changeFailureRate', production.changeFailureRate, 'ratio'),
    ...spread('leadTime', '', times.leadSeconds),
    ...spread('timeToRestore', '', times.restoreSeconds),
    ...spreads('blocked.gate', times.blockedSeconds),
    ...spreads('blocked.role', times.blockedByRoleSeconds),
    ...spreads('signoff', times.signoffSeconds),
    ...plain('tickets.resolved', tickets.resolved),
    ...plain('tickets.reopened', tickets.reopened),
    ...each('incidents', report.incidentsByClass),
    ...plain('downtime.planned', downtime.plannedSeconds, 's'),
    ...plain('downtime.actual', downtime.actualSeconds, 's'),
  ];
}

function toTables(report: Report, figures: readonly Figure[]): string {
  const shown = figures.map(({ name, of, value, unit }) => [name, of, readable(value, unit)]);
  const releases = report.releases.map(({ product, version, class: name, released, tickets, incidents, steps }) => [
    `${product} ${version}`,
    name,
    released ?? '-',
    `${tickets.resolved}${tickets.reopened > 0 ? ` (${tickets.reopened} reopened)` : ''}`,
    incidents.join(', ') || '-',
    steps
      .map(({ stage, client, slipSeconds }) => `${client === undefined ? stage : `${stage}/${client}`} ${slip(slipSeconds)}`)
      .join(', ') || '-',
  ]);
  const parts = [
    `From ${report.from} to ${report.to}`,
    table(['FIGURE', 'OF', 'VALUE'], shown),
    ...(releases.length === 0 ? [] : [table(['RELEASE', 'CLASS', 'RELEASED', 'TICKETS', 'INCIDENTS', 'PLAN'], releases)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  tableLines(
    head.map((name) => ({ name })),
    rows,
    { color: false },
  ).join('\n');

function readable(value: number | string, unit: Figure['unit']): string {
  if (unit === 's') return formatDuration(Number(value) * 1000);
  return unit === 'ratio' ? `${(Number(value) * 100).toFixed(1)} %` : String(value);
}

function slip(seconds: number | undefined): string {
  if (seconds === undefined) return 'not there yet';
  if (Math.abs(seconds) < 60) return 'on time';
  return `${formatDuration(Math.abs(seconds) * 1000)} ${seconds > 0 ? 'late' : 'early'}`;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is made plain text. */
function toCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => {
    const plain = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
