import { ruleCatalog } from '../../core/documents/rules/catalog.js';
import type { Finding, ReleaseRepository } from '../../core/model.js';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const ruleIds = Object.keys(ruleCatalog);

const toUri = (file: string): string => file.split('/').map(encodeURIComponent).join('/');

function toRegion({ line, column, end }: Finding): object {
  const start = { startLine: line, startColumn: column };
  const ends = end !== undefined && (end.line > line || end.column > column);
  return ends ? { ...start, endLine: end.line, endColumn: end.column } : start;
}

function toResult(finding: Finding): object {
  const { severity, rule, path, file, message } = finding;
  return {
    ruleId: rule,
    ruleIndex: ruleIds.indexOf(rule),
    level: severity,
    message: { text: path === '' ? message : `${path}: ${message}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: toUri(file) }, region: toRegion(finding) } }],
  };
}

/** SARIF 2.1.0, for code scanning. */
export function formatSarif({ findings }: ReleaseRepository): string {
  const rules = Object.entries(ruleCatalog).map(([id, text]) => ({ id, shortDescription: { text } }));
  const driver = { name: 'towpath', informationUri: 'https://towpath.dev', rules };
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results: findings.map(toResult) };
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}
