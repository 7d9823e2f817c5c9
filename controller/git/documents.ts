import type { Finding, ReleaseRepository } from '../core/model.js';

export interface ParsedFile {
  readonly path: string;
  readonly findings: readonly Finding[];
}

export function parseFile({ path }: { path: string; content: Uint8Array }): ParsedFile {
  return { path, findings: [] };
}

export function unreadableFile(path: string, reason: string): ParsedFile {
  const message = `the file ${reason}`;
  return { path, findings: [{ file: path, line: 1, column: 1, severity: 'error', rule: 'unreadable-file', path: '', message }] };
}

export function loadRepository(files: Iterable<ParsedFile>): ReleaseRepository {
  const findings = [...files].flatMap((file) => file.findings);
  return { environments: [], invalid: [], releases: [], findings, documents: { valid: 0, invalid: findings.length } };
}
