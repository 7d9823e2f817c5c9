import type { HistoryBuild } from '../core/run/observation.js';

export interface JobKey {
  readonly namespace: string;
  readonly source: string;
  readonly server: string;
  readonly job: string;
}

export const toJobText = ({ namespace, source, server, job }: JobKey): string => JSON.stringify([namespace, source, server, job]);

export function fromJobText(text: string): JobKey {
  const [namespace = '', source = '', server = '', job = ''] = JSON.parse(text) as string[];
  return { namespace, source, server, job };
}

/** The newest builds of every job that deployments go through, as they were last read. */
export class JobHistories {
  readonly #builds = new Map<string, readonly HistoryBuild[]>();

  get(job: JobKey): readonly HistoryBuild[] | undefined {
    return this.#builds.get(toJobText(job));
  }

  /** Takes over what was read; returns the builds that are new or have changed, or undefined where nothing was known before. */
  put(job: JobKey, builds: readonly HistoryBuild[]): readonly HistoryBuild[] | undefined {
    const key = toJobText(job);
    const before = this.#builds.get(key);
    this.#builds.set(key, builds);
    if (before === undefined) return undefined;
    const known = new Map(before.map((build) => [build.number, build]));
    return builds.filter((build) => {
      const was = known.get(build.number);
      return (
        was === undefined || was.building !== build.building || was.result !== build.result || was.towpathRun !== build.towpathRun
      );
    });
  }

  forget(job: JobKey): void {
    this.#builds.delete(toJobText(job));
  }
}
