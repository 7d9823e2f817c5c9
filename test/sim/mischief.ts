import { calmWatch } from './api-watch.js';
import type { Damage } from './descriptors.js';
import { noFaults } from './network.js';
import type { Trouble } from './plan.js';
import type { Replica } from './replica.js';
import { calmS3, type S3Faults } from './s3.js';
import { calm, type World } from './world.js';

const slowS3: S3Faults = { link: { ...noFaults, slow: 0.5 }, refusing: 0, stale: 0.5 };
const brokenS3: S3Faults = { link: { ...noFaults, refused: 0.3, lost: 0.1, unanswered: 0.2 }, refusing: 0.4, stale: 0.1 };

/** What goes wrong, at random, of the kinds that the seed's plan allows; all of it is undone in the end. */
export class Mischief {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  strike(): void {
    const trouble = this.#world.random.pickOf([...this.#world.plan.troubles]);
    if (trouble === undefined) return;
    this.#world.happened(() => `trouble: ${trouble}`);
    this.#cause[trouble](this.#world);
  }

  /** Everything works from now on, and what was down is up. */
  end(): void {
    const { faults, api, git, bucket, ledger, jenkins, replicas } = this.#world;
    Object.assign(faults, calm);
    api.isUp = true;
    git.isUnavailable = false;
    bucket.repairAll();
    ledger.isUnavailable = false;
    if (jenkins.phase === 'up') jenkins.wakeUp();
    if (jenkins.phase === 'down') jenkins.start();
    for (const job of jenkins.jobs.values()) job.isDisabled = false;
    this.#restoreJobs();
    for (const replica of replicas) replica.pausedUntil = 0;
    this.#world.happened(() => 'the troubles are over');
  }

  readonly #cause: Readonly<Record<Trouble, (world: World) => void>> = {
    'kill-controller': (world) => {
      const replica = this.#replica();
      if (replica === undefined) return;
      replica.kill();
      world.happened(() => `${replica.name} is killed`);
      world.restartLater(replica);
    },
    'stop-controller': () => this.#replica()?.terminate(),
    'pause-controller': (world) => {
      const replica = this.#replica();
      if (replica === undefined) return;
      const ms = world.random.between(2_000, world.random.pick([75_000, 75_000, 300_000]));
      replica.pausedUntil = world.scheduler.now + ms;
      world.happened(() => `${replica.name} stands still for ${ms / 1000} s`);
    },
    'clock-jump': () => {
      const replica = this.#replica();
      if (replica !== undefined) replica.skewMs = this.#skewMs();
    },
    'kill-jenkins': ({ jenkins, scheduler, random }) => {
      if (jenkins.phase !== 'up') return;
      jenkins.kill();
      scheduler.outside(random.between(500, 60_000), () => jenkins.start());
    },
    'terminate-jenkins': ({ jenkins, scheduler, random }) => {
      if (jenkins.phase !== 'up') return;
      jenkins.terminate();
      scheduler.outside(random.between(500, 60_000), () => jenkins.start());
    },
    'restart-jenkins': ({ jenkins }) => {
      if (jenkins.phase === 'up' && !jenkins.isQuiet) jenkins.restartSafely();
    },
    'quiet-jenkins': ({ jenkins }) => {
      if (jenkins.isQuiet) return;
      jenkins.isQuiet = true;
      this.#for(60_000, () => jenkins.wakeUp());
    },
    'delete-builds': ({ jenkins, random }) => {
      const job = random.pickOf([...jenkins.jobs.values()]);
      const build = job && random.pickOf([...job.builds.values()].filter(({ isBuilding }) => !isBuilding));
      if (job !== undefined && build !== undefined) jenkins.deleteBuild(job, build.number);
    },
    'disable-job': ({ jenkins, random }) => {
      const job = random.pickOf([...jenkins.jobs.values()]);
      if (job === undefined) return;
      job.isDisabled = true;
      for (const item of jenkins.queue.filter((one) => one.job === job.name)) jenkins.cancel(item.id);
      this.#for(120_000, () => {
        job.isDisabled = false;
      });
    },
    'change-job': ({ jenkins, random }) => {
      const job = random.pickOf([...jenkins.jobs.values()]);
      if (job === undefined) return;
      const lost = random.pick(['ENVIRONMENT', 'VERSION', 'all']);
      const changed = random.chance(0.5)
        ? [...job.usualParameters, 'DEBUG']
        : job.usualParameters.filter((name) => name === 'TOWPATH_RUN' || (lost !== 'all' && name !== lost));
      if (random.chance(0.5)) job.parameters = changed;
      else job.parametersAtNextRequest = changed;
      this.#for(60_000, () => this.#restoreJobs());
    },
    'api-faults': ({ faults }) => {
      faults.api = { refused: 0.1, lost: 0.03, unanswered: 0.1, late: 0.03, slow: 0.2 };
      this.#for(60_000, () => {
        faults.api = noFaults;
      });
    },
    'api-restart': ({ api, random }) => {
      api.isUp = false;
      this.#for(40_000, () => {
        api.isUp = true;
        if (random.chance(0.5)) api.compact();
      });
    },
    'watch-faults': ({ faults }) => {
      faults.watch = { lag: 0.5, lagMs: 40_000, silent: 0.05, cut: 0.05, coalesced: 0.5 };
      this.#for(180_000, () => {
        faults.watch = calmWatch;
      });
    },
    'jenkins-faults': ({ faults }) => {
      faults.jenkins = { refused: 0.2, lost: 0.1, unanswered: 0.2, late: 0, slow: 0.3 };
      faults.jenkinsReads = { refused: 0.1, lost: 0.05, unanswered: 0.1, late: 0, slow: 0.3 };
      this.#for(120_000, () => {
        faults.jenkins = noFaults;
        faults.jenkinsReads = noFaults;
      });
    },
    'lost-posts': ({ faults }) => {
      faults.jenkins = { ...noFaults, lost: 0.4, unanswered: 0.5 };
      this.#for(120_000, () => {
        faults.jenkins = noFaults;
      });
    },
    'late-posts': ({ faults }) => {
      faults.jenkins = { ...noFaults, late: 0.7 };
      this.#for(120_000, () => {
        faults.jenkins = noFaults;
      });
    },
    unauthorized: ({ faults }) => {
      faults.unauthorized = 0.3;
      this.#for(20_000, () => {
        faults.unauthorized = 0;
      });
    },
    'git-down': ({ git }) => {
      git.isUnavailable = true;
      this.#for(120_000, () => {
        git.isUnavailable = false;
      });
    },
    'bucket-down': ({ bucket, random, git, faults }) => {
      const one = random.pickOf(git.environments);
      const key = `${one?.product.name}/1.${random.between(1, 4)}.0.json`;
      const what = random.pick<Damage | 'out of reach' | 'slow' | 'changed'>([
        'out of reach',
        'slow',
        'changed',
        'missing',
        'truncated',
        'of another version',
      ]);
      switch (what) {
        case 'out of reach':
        case 'slow':
          faults.s3 = what === 'slow' ? slowS3 : brokenS3;
          return this.#for(120_000, () => {
            faults.s3 = calmS3;
          });
        case 'changed':
          return bucket.change(key);
        default:
          bucket.damage(key, what);
          return this.#for(60_000, () => bucket.repair(key));
      }
    },
    'ledger-down': ({ ledger }) => {
      ledger.isUnavailable = true;
      this.#for(30_000, () => {
        ledger.isUnavailable = false;
      });
    },
    'foreign-builds': ({ jenkins, random, git }) => {
      const one = random.pickOf(git.environments);
      const job = one && jenkins.jobs.get(one.product.deployer.job);
      if (one === undefined || job === undefined || jenkins.phase !== 'up') return;
      const old = random.pickOf([...job.builds.values()]);
      if (random.chance(0.3) && old?.parameters !== undefined) {
        jenkins.enqueue(job, old.parameters, { delayMs: 0, origin: { by: 'rebuild', who: 'bob', hasLeft: false } });
        return;
      }
      const parameters = { ENVIRONMENT: one.environment, VERSION: `1.${random.between(1, 4)}.0` };
      jenkins.enqueue(job, parameters, { delayMs: 0, origin: { by: 'user', who: 'bob', hasLeft: false } });
    },
    'cancel-items': ({ jenkins, random }) => {
      const item = random.pickOf(jenkins.queue);
      if (item !== undefined && jenkins.phase === 'up') jenkins.cancel(item.id);
    },
  };

  /** Mostly what a clock drifts by; now and then what one is off by that was set wrongly. */
  #skewMs(): number {
    const { random } = this.#world;
    const most = random.pick([20_000, 20_000, 400_000]);
    return random.between(-most, most);
  }

  #for(maxMs: number, undo: () => void): void {
    const { scheduler, random } = this.#world;
    scheduler.outside(random.between(1_000, maxMs), undo);
  }

  #restoreJobs(): void {
    for (const job of this.#world.jenkins.jobs.values()) {
      job.parameters = job.usualParameters;
      job.parametersAtNextRequest = undefined;
    }
  }

  #replica(): Replica | undefined {
    const living = this.#world.replicas.filter(({ dead }) => !dead);
    // The one that has something to lose is hit more often.
    const leader = living.find(({ isLeading }) => isLeading);
    return this.#world.random.chance(0.7) && leader !== undefined ? leader : this.#world.random.pickOf(living);
  }
}
