import { suggestion } from '../core/documents/suggest.js';
import type { Product } from '../core/model.js';
import { makeReport, type Report } from '../core/report/report.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Kube } from '../kube/kube.js';
import { type OperateOptions, readSnapshot } from './cluster.js';
import { NotFound } from './not-found.js';
import { readTrail } from './trail.js';

export interface ReportRequest {
  readonly from: number;
  readonly to: number;
  readonly product?: string;
  /** A folder with the audit trail, instead of the bucket. */
  readonly trail?: string;
}

/** The key figures of a time over every source: from the runs of the cluster, the audit trail where there is one, and what git says. */
export async function report(kube: Kube, request: ReportRequest, options: OperateOptions): Promise<Report> {
  const sources = kube.sources.list();
  if (sources.length === 0) throw new NotFound('there is no ReleaseSource');
  const parts = await Promise.all(sources.map((source) => readSource(source, kube, { request, options })));
  const concerns = ({ product }: { product: string }) => request.product === undefined || product === request.product;
  const all = newest([...parts.flatMap((part) => part.runs), ...kube.runs.list()]);
  const products = parts.flatMap((part) => part.products);
  mustBeKnown(request.product, [...products.map(({ name }) => name), ...all.map(({ spec }) => spec.product)]);
  const runs = all.filter(({ spec }) => concerns(spec));
  return makeReport({
    from: request.from,
    to: request.to,
    runs,
    releases: parts.flatMap((part) => part.releases).filter(concerns),
    incidents: parts.flatMap((part) => part.incidents).filter(concerns),
    products,
  });
}

/** A product that is gone counts as long as there is a run of it. */
function mustBeKnown(product: string | undefined, known: readonly string[]): void {
  if (product === undefined || known.includes(product)) return;
  const names = [...new Set(known)].sort();
  throw new NotFound(`there is no product ${product}, nor a run of it${suggestion(product, names)}`);
}

async function readSource(
  source: ReleaseSourceResource,
  kube: Kube,
  { request, options }: { request: ReportRequest; options: OperateOptions },
) {
  const { repository } = await readSnapshot(source, kube, options);
  const kept = source.spec.audit !== undefined || request.trail !== undefined;
  const folder = request.trail === undefined ? {} : { folder: request.trail };
  const records = kept ? await readTrail(source, kube, { ...folder, signal: options.signal }) : [];
  const runs = records.flatMap(({ type, run }) => (type === 'run' ? [run as unknown as DeploymentRunResource] : []));
  const products = new Map<string, Product>();
  for (const { product } of repository.environments) products.set(product.name, product);
  const { releases, incidents } = repository.governance;
  return { runs, releases, incidents, products: [...products.values()] };
}

/** One of each run: that of the cluster, where it still has it. */
function newest(runs: readonly DeploymentRunResource[]): DeploymentRunResource[] {
  const byName = new Map(runs.map((run) => [`${run.metadata.namespace}/${run.metadata.name}`, run]));
  return [...byName.values()];
}
