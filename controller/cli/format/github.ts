import type { Finding, ReleaseRepository } from '../../core/model.js';

const escapeText = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function toCommand({ severity, file, line, column, end, rule, path, message }: Finding): string {
  const properties: [string, string | number][] = [
    ['file', file],
    ['line', line],
    ['col', column],
    ...(end === undefined ? [] : ([['endLine', end.line]] as [string, number][])),
    ...(end?.line === line && end.column > column ? ([['endColumn', end.column]] as [string, number][]) : []),
    ['title', `towpath ${rule}`],
  ];
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${severity} ${written}::${escapeText(path === '' ? message : `${path}: ${message}`)}`;
}

/** Workflow commands that GitHub and Gitea show as annotations of the changed lines. */
export function formatGithub({ findings, documents, environments, invalid }: ReleaseRepository): string {
  const commands = findings.map(toCommand);
  const counted = `${documents.valid} valid and ${documents.invalid} invalid documents, ${environments.length} valid and ${invalid.length} invalid environments`;
  return `${[...commands, counted].join('\n')}\n`;
}
