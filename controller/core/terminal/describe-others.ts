import type { ReleaseResource } from '../resources/release.js';
import type { ReleaseSourceResource } from '../resources/release-source.js';
import { readyOf, styleOf } from './listing.js';
import { deltaSection, joinParts, moment, section, sentence, type TellOptions, tableSection } from './sections.js';
import { fieldLines } from './table.js';
import { plain } from './text.js';

/** Everything that is known of a release: what it is, where it is, what it still owes. */
export function describeRelease({ metadata, spec, status }: ReleaseResource, options: TellOptions): string[] {
  const { checklist, tickets = [] } = status ?? {};
  return [
    ...fieldLines(
      [
        ['Release', metadata.name],
        ['Namespace', metadata.namespace],
        ['Version', joinParts(`${spec.product} ${spec.version}`, spec.class, spec.documented ? undefined : 'without a document')],
        ['Previous', spec.previous],
        ['Reached', status?.progress],
        ['Open', status?.open],
        ['Announced', moment(status?.announced, options.now)],
        ['Checklist', checklist && `${checklist.open} open, ${checklist.done} done, ${checklist.notApplicable} not applicable`],
        ['Tickets', tickets.map(({ id, state }) => (state === 'reopened' ? `${id} (reopened)` : id)).join(', ') || undefined],
        ['Needs', (status?.dependencies ?? []).map(({ product, range }) => `${product} ${range}`).join(', ') || undefined],
        ['For users', status?.notes?.user],
        ['For engineers', status?.notes?.technical],
      ],
      options,
    ),
    ...releaseTables(status, options),
    ...deltaSection(status?.delta, options),
  ];
}

function releaseTables(status: ReleaseResource['status'], options: TellOptions): string[] {
  const places = (status?.stages ?? []).map(({ environment, state, since, planned, waitingFor }) => [
    environment,
    state,
    since ?? planned ?? '',
    waitingFor ?? '',
  ]);
  const owed = (status?.obligations ?? []).map(({ title, owner, due, state }) => [title, owner ?? '', due ?? '', state]);
  return [
    ...tableSection(
      'Where it is',
      {
        columns: [
          { name: 'ENVIRONMENT' },
          { name: 'STATE' },
          { name: 'SINCE', keep: 2 },
          { name: 'WAITING-FOR', keep: 3, least: 12 },
        ],
        rows: places,
      },
      options,
    ),
    ...tableSection(
      'Sign-offs',
      {
        columns: [
          { name: 'ROLE' },
          { name: 'STAGE' },
          { name: 'CLIENT', keep: 1 },
          { name: 'BY', least: 8 },
          { name: 'AT', keep: 2 },
        ],
        rows: (status?.signoffs ?? []).map(({ role, stage, client = '', by, at }) => [role, stage, client, by, at]),
      },
      options,
    ),
    ...tableSection(
      'Owed',
      {
        columns: [{ name: 'WHAT', least: 20 }, { name: 'BY', keep: 2 }, { name: 'UNTIL', keep: 3 }, { name: 'STATE' }],
        rows: owed,
      },
      options,
    ),
  ];
}

/** What a source watches, what is in force of it, and what is wrong there. */
export function describeSource(source: ReleaseSourceResource, options: TellOptions): string[] {
  const { metadata, spec, status } = source;
  const { commit, documents } = status ?? {};
  const ready = readyOf(source);
  const style = styleOf(source);
  const servers = (spec.jenkins ?? []).map(({ name, url }) => [name, url]);
  const buckets = (spec.buckets ?? []).map(({ name, bucket, directory }) => [name, bucket ?? directory ?? '']);
  return [
    ...fieldLines(
      [
        ['Source', metadata.name],
        ['Namespace', metadata.namespace],
        [
          'Repository',
          joinParts(spec.git.url, `branch ${spec.git.ref.branch}`, spec.git.path === '.' ? undefined : `folder ${spec.git.path}`),
        ],
        ['Ready', { text: joinParts(ready?.status ?? 'Unknown', ready?.reason), ...(style === undefined ? {} : { style }) }],
        ['Suspended', spec.suspend ? { text: 'yes', style: 'warn' } : undefined],
        ['Commit', commit && joinParts(commit.short, commit.subject, commit.author, moment(commit.time, options.now))],
        ['Fetched', moment(status?.lastFetchTime, options.now)],
        ['Documents', documents && `${documents.valid} valid, ${documents.invalid} invalid`],
        ['Environments', status?.environments === undefined ? undefined : String(status.environments)],
      ],
      options,
    ),
    ...(ready === undefined ? [] : section('Status', sentence(ready.message, options), options)),
    ...section(
      'Errors',
      (status?.errors ?? []).map(({ file, line, column, message }) => plain(`${file}:${line}:${column} ${message}`)),
      options,
    ),
    ...tableSection('Jenkins', { columns: [{ name: 'NAME' }, { name: 'URL', least: 20 }], rows: servers }, options),
    ...tableSection('Buckets', { columns: [{ name: 'NAME' }, { name: 'PLACE', least: 20 }], rows: buckets }, options),
  ];
}
