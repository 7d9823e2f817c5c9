import type {
  ChecklistItem,
  DeploymentWindow,
  ReleaseClass,
  ReleaseDocument,
  Role,
  Selector,
} from '../../controller/core/governance.js';
import type { Millis, Product, Stage } from '../../controller/core/model.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';

/** What governs in a seed when it begins. */
export interface GovernedPlan {
  readonly startAt: Millis;
  readonly timeZone: string;
  readonly releases: readonly ReleaseDocument[];
  readonly windows: readonly DeploymentWindow[];
  readonly roles: readonly Role[];
  readonly environments: readonly Place[];
  /** Mean time between two things that those do who sign, check and plan. */
  readonly actMs: Millis;
}

export interface Place {
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
}

const second = 1_000;
const minute = 60 * second;
const versions = ['1.1.0', '1.2.0', '1.3.0', '1.4.0'];

/** Moments at which clocks are changed, and one at which none is. */
const starts: readonly [Start, ...Start[]] = [
  { timeZone: 'Australia/Adelaide', at: '2026-11-22T10:00:00Z' },
  { timeZone: 'UTC', at: '2026-11-22T23:30:00Z' },
  { timeZone: 'America/New_York', at: '2026-11-01T06:00:00Z', isChange: true },
  { timeZone: 'Europe/Berlin', at: '2027-03-28T01:00:00Z', isChange: true },
  { timeZone: 'Australia/Lord_Howe', at: '2027-04-03T15:00:00Z', isChange: true },
  { timeZone: 'Australia/Adelaide', at: '2026-10-03T16:30:00Z', isChange: true },
];

interface Start {
  readonly timeZone: string;
  readonly at: string;
  readonly isChange?: boolean;
}

/** The plan with releases that are governed: all is drawn anew, so that what the plan has stays what it was. */
export function govern(plan: Plan, random: Random): Plan {
  const { timeZone, at, isChange } = random.pick(starts);
  const startAt = Date.parse(at) - (isChange ? random.between(0, 30) * minute : 0);
  const clients = random.pick([['acme'], ['acme', 'globex']]);
  const products = plan.products.map((product) => governedProduct(product, random));
  const windowCount = random.pick([0, 1, 1, 2]);
  const windows = Array.from({ length: windowCount }, (_, index) =>
    drawWindow(`window-${index}`, { random, now: startAt, timeZone }),
  );
  const governed: GovernedPlan = {
    startAt,
    timeZone,
    windows,
    releases: products.flatMap((product) => drawReleases(product, random)),
    roles: drawRoles(random),
    environments: [
      { environment: 'qa', stage: 'qa' },
      { environment: 'uat', stage: 'uat' },
      ...clients.map((client) => ({ environment: `production-${client}`, stage: 'production', client })),
    ],
    actMs: random.pick([10, 20, 40]) * second,
  };
  // What is signed and checked takes its time, and whoever asks for something else each minute gets nowhere.
  const pace = { userMs: random.pick([1, 3, 6]) * minute, activeMs: random.between(10, 30) * minute };
  const buildMs = [plan.buildMs[0], Math.min(plan.buildMs[1], 90 * second)] as const;
  return { ...plan, products, governed, ...pace, buildMs };
}

function governedProduct(product: Product, random: Random): Product {
  const [qa, uat] = product.stages;
  if (qa === undefined || uat === undefined) return product;
  const signoffs = random.pick<Stage['signoffs']>([
    [],
    [{ role: 'tester' }],
    [{ role: 'tester' }, { role: 'client' }],
    [{ role: 'qa', quorum: 2, expiresMs: 20 * minute }],
  ]);
  const production: Stage = {
    name: 'production',
    after: [{ stage: 'uat', require: 'any' }],
    soakMs: random.chance(0.2) ? minute : 0,
    verification: [],
    signoffs,
    checklist: random.chance(0.6) ? 'required' : 'optional',
    ...(random.chance(0.25) ? { parity: { with: 'uat', allow: random.chance(0.3) ? ['beta'] : [] } } : {}),
  };
  const governedUat: Stage = {
    ...uat,
    signoffs: random.chance(0.3) ? [{ role: 'tester' }] : [],
    checklist: random.chance(0.3) ? 'required' : 'optional',
  };
  return {
    ...product,
    stages: [qa, governedUat, production],
    releases: random.pick(['optional', 'optional', 'required']),
    classes: random.chance(0.6) ? drawClasses(random) : [],
  };
}

function drawClasses(random: Random): ReleaseClass[] {
  const usual = { priority: 0, skips: [], defers: [], followUps: [], changes: 'any' as const };
  const notice = { periodMs: random.pick([2, 6]) * minute, stages: ['production'] };
  const withinMs = 10 * minute;
  return [
    { name: 'major', ...usual, notice: { ...notice, stages: ['uat', 'production'] } },
    { name: 'minor', ...usual, ...(random.chance(0.5) ? { notice } : {}) },
    {
      ...usual,
      name: 'hotfix',
      priority: 10,
      skips: [{ stage: 'uat', owner: 'qa', withinMs }],
      defers: random.chance(0.5) ? [{ role: 'client', withinMs }] : [],
    },
  ];
}

function drawReleases({ name }: Product, random: Random): ReleaseDocument[] {
  // The last one builds on the one before it, or is a branch of its own.
  const branch = random.pick(['1.3.0', '1.3.0', '1.2.0']);
  return versions.map((version, index): ReleaseDocument => {
    const previous = index === 3 ? branch : versions[index - 1];
    return {
      product: name,
      version,
      class: random.pick(['minor', 'minor', 'major', 'hotfix', index === 2 ? 'odd' : 'minor']),
      ...(previous === undefined || random.chance(0.1) ? {} : { previous }),
      dependencies: name === 'shop' && random.chance(0.4) ? { data: random.pick(['>=1.1.0', '>=1.2.0']) } : {},
      notes: {},
      tickets: [],
      schedule: [],
      checklist: Array.from({ length: random.pick([0, 1, 1, 2]) }, (_, item) => drawItem(`item-${item}`, random)),
      signoffs: [],
    };
  });
}

function drawItem(id: string, random: Random): ChecklistItem {
  return {
    id,
    kind: 'manual',
    title: 'Do it',
    phase: random.pick(['pre', 'pre', 'pre', 'during', 'post']),
    reversible: random.chance(0.85),
    ...random.pick([{}, {}, { stages: ['production'] }, { clients: ['acme'] }, { environments: ['uat'] }]),
    completions: random.chance(0.2) ? [{ state: 'done' }] : [],
  };
}

function drawRoles(random: Random): Role[] {
  const expires = random.chance(0.3) ? { expiresMs: random.pick([5, 30]) * minute } : {};
  const person = (name: string, more: object = {}) => ({ name, emails: [`${name.toLowerCase()}@team.test`], keys: [], ...more });
  return [
    {
      name: 'tester',
      aliases: ['qa'],
      people: ['Ann', 'Ben', 'Eve'].map((name) => person(name)),
      quorum: random.pick([1, 1, 1, 2]),
      ...expires,
      authorMaySign: random.chance(0.3),
    },
    {
      name: 'client',
      aliases: [],
      people: [person('Carla', { clients: ['acme'] }), person('Gus', { clients: ['globex', 'acme'] })],
      quorum: 1,
      authorMaySign: false,
    },
  ];
}

export interface WindowDraw {
  readonly random: Random;
  readonly now: Millis;
  readonly timeZone: string;
}

/** A window around now: short ones that come again, and freezes of some minutes or of days. */
export function drawWindow(name: string, { random, now, timeZone }: WindowDraw): DeploymentWindow {
  const zone = random.chance(0.8) ? timeZone : 'Asia/Kolkata';
  const selector = random.pick<Selector>([
    { stages: ['production'] },
    { stages: ['production'] },
    { stages: ['uat', 'production'] },
    { clients: ['acme'] },
    { environments: ['uat'] },
    {},
  ]);
  const exempt = random.chance(0.3) ? ['hotfix'] : [];
  const effect = random.pick(['allow', 'deny'] as const);
  const common = { name, effect, selector, timeZone: zone, exempt };
  if (random.chance(0.4)) {
    const from = now + random.between(-30, 20) * minute;
    const to = from + random.pick([5, 20, 60, 2_880]) * minute;
    return { ...common, when: { from: local(from, zone), to: local(to, zone) } };
  }
  const every = random.pick([5, 10, 20]);
  const minutes = Array.from({ length: 60 / every }, (_, index) => random.between(0, every - 1) + index * every);
  const hour = Number(local(now, zone).slice(11, 13));
  // Hours that end, so that what waits for nothing else comes to rest.
  const hours = random.pick(['*', `${hour}`, [hour, (hour + 1) % 24].sort((a, b) => a - b).join()]);
  const durationMs = random.between(1, every) * minute;
  const isLong = hours === '*';
  return {
    ...common,
    when: {
      schedule: isLong ? `${minutes[0]} * * * *` : `${minutes.join()} ${hours} * * *`,
      durationMs: isLong ? 30 * minute : durationMs,
    },
  };
}

/** The wall clock, `YYYY-MM-DDTHH:MM:00`. */
function local(at: Millis, timeZone: string): string {
  const text = new Date(at).toLocaleString('sv-SE', { timeZone });
  return `${text.slice(0, 10)}T${text.slice(11, 16)}:00`;
}
