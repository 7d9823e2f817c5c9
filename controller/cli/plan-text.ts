import type { EnvironmentPlan, Plan } from '../core/plan/plan.js';
import { formatTable } from './format/table.js';

/** The plan for a terminal. */
export function formatPlan(plan: Plan): string {
  const rows = plan.environments.map((one) => [
    `${one.product}.${one.environment}`,
    one.change,
    one.from?.version ?? '-',
    one.to?.version ?? '-',
    waits(one),
  ]);
  const table = rows.length === 0 ? [] : [formatTable(['ENVIRONMENT', 'CHANGE', 'FROM', 'TO', 'WAITING-FOR'], rows), ''];
  const findings = plan.findings.map(({ file, line, column, severity, path, message }) => {
    return `${file}:${line}:${column} ${severity} ${path === '' ? '' : `${path}: `}${message}`;
  });
  return `${[`${plan.base.name} → ${plan.head.name}`, '', ...table, ...findings].join('\n')}\n`;
}

const waits = ({ deploys, waitingFor, opensAt }: EnvironmentPlan): string =>
  deploys ? `${waitingFor ?? '-'}${opensAt === undefined ? '' : ` (until ${opensAt})`}` : '';
