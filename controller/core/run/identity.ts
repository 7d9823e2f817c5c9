import type { DeploymentRunResource } from '../resources/deployment-run.js';

/** `<product>.<environment>`, the name of the Environment. */
export function environmentName(product: string, environment: string): string {
  return `${product}.${environment}`;
}

/** `<product>.<environment>.<number>`: deterministic, so that a second creator of the same run is refused. */
export function runName(product: string, environment: string, number: number): string {
  return `${environmentName(product, environment)}.${number}`;
}

/**
 * TOWPATH_RUN of the deployment: the name and the first 8 characters of the uid, so that a run of the same name
 * in another cluster, or after the records were lost, is never taken for this one.
 */
export function invocationId(run: DeploymentRunResource): string {
  const uid = run.spec.restored?.uid ?? run.metadata.uid ?? '';
  return `${run.metadata.name}.${uid.slice(0, 8)}`;
}

/** TOWPATH_RUN of one check of the run. */
export function verificationId(run: DeploymentRunResource, check: string): string {
  return `${invocationId(run)}.${check}`;
}

/** Whether a TOWPATH_RUN belongs to this run, be it its deployment or one of its checks. */
export function belongsTo(run: DeploymentRunResource, towpathRun: string): boolean {
  const id = invocationId(run);
  return towpathRun === id || towpathRun.startsWith(`${id}.`);
}
