import { compact } from '../core/compact.js';

interface Labelled {
  readonly source: string;
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
  readonly version?: string;
}

/** Labels on environments and runs, for selectors; a version is made fit for a label value. */
export function labelsOf({ source, product, environment, stage, client, version }: Labelled): Record<string, string> {
  return compact<Record<string, string>>({
    'towpath.dev/source': source,
    'towpath.dev/product': product,
    'towpath.dev/environment': environment,
    'towpath.dev/stage': stage,
    ...(client === undefined ? {} : { 'towpath.dev/client': client }),
    ...(version === undefined ? {} : { 'towpath.dev/version': toLabelValue(version) }),
  });
}

/** Labels on releases. */
export function releaseLabels({
  source,
  product,
  version,
}: {
  source: string;
  product: string;
  version: string;
}): Record<string, string> {
  return { 'towpath.dev/source': source, 'towpath.dev/product': product, 'towpath.dev/version': toLabelValue(version) };
}

function toLabelValue(version: string): string {
  return version
    .replaceAll(/[^0-9A-Za-z._-]/g, '-')
    .slice(0, 63)
    .replace(/[^0-9A-Za-z]+$/, '');
}
