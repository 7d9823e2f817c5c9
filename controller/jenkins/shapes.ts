import { shorten } from './words.js';

/** The parts of Jenkins' JSON that are used. Each parser gives `undefined` for anything that has not this shape. */

/** Parameters of an item or build: a password's value is never shown and therefore `undefined`. */
export type ParameterValues = ReadonlyMap<string, string | undefined>;

export interface ParameterDefinition {
  readonly name: string;
  readonly type: string;
  readonly choices?: readonly string[];
}

export interface JobShape {
  readonly isBuildable: boolean;
  readonly isDisabled: boolean;
  readonly nextBuildNumber: number;
  readonly definitions: readonly ParameterDefinition[];
}

export interface ItemShape {
  readonly id: number;
  readonly why: string;
  readonly isStuck: boolean;
  readonly task: { readonly fullName?: string; readonly url?: string };
  readonly parameters: ParameterValues | undefined;
  readonly state: 'waiting' | 'leaving' | 'cancelled' | { readonly buildNumber: number };
}

export interface BuildShape {
  readonly number: number;
  readonly queueId?: number;
  readonly isBuilding: boolean;
  readonly result?: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly estimatedDurationMs: number;
  readonly progress: number;
  readonly parameters: ParameterValues | undefined;
  readonly by: string;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Later than any that is true, and earlier than the last that can be written down, as is the sum of one and a duration. */
const latestMs = 8e15;
const longestMs = 1e13;

/** A number of milliseconds that can be one. */
function millisOr(found: unknown, otherwise: number): number {
  return typeof found === 'number' && Math.abs(found) <= longestMs ? found : otherwise;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function parseJob(value: unknown): JobShape | undefined {
  if (!isObject(value) || !isCount(value.nextBuildNumber) || typeof value.buildable !== 'boolean') return undefined;
  const listed = objects(value.property).flatMap(({ parameterDefinitions }) => parameterDefinitions ?? []);
  const definitions = parseAll(listed, parseDefinition);
  if (definitions === undefined) return undefined;
  return {
    isBuildable: value.buildable,
    isDisabled: value.disabled === true,
    nextBuildNumber: value.nextBuildNumber,
    definitions,
  };
}

function parseDefinition(value: unknown): ParameterDefinition | undefined {
  if (!isObject(value)) return undefined;
  const { name, type, choices } = value;
  if (typeof name !== 'string' || typeof type !== 'string') return undefined;
  if (!Array.isArray(choices)) return { name, type };
  return { name, type, choices: choices.filter((choice) => typeof choice === 'string') };
}

/** `undefined` where no parameters are attached. */
function parseParameters(actions: unknown): ParameterValues | undefined {
  const lists = objects(actions).filter(({ parameters }) => Array.isArray(parameters));
  if (lists.length === 0) return undefined;
  const values = lists.flatMap(({ parameters }) => objects(parameters));
  return new Map(
    values.flatMap(({ name, value }) => {
      const known = typeof value === 'boolean' || typeof value === 'number' ? String(value) : text(value);
      return typeof name === 'string' ? [[name, known] as const] : [];
    }),
  );
}

export function parseItem(value: unknown): ItemShape | undefined {
  if (!isObject(value) || !isCount(value.id)) return undefined;
  const task = isObject(value.task) ? value.task : {};
  const fullName = text(task.fullName);
  const url = text(task.url);
  return {
    id: value.id,
    why: shorten(text(value.why) ?? ''),
    isStuck: value.stuck === true,
    task: { ...(fullName === undefined ? {} : { fullName }), ...(url === undefined ? {} : { url }) },
    parameters: parseParameters(value.actions),
    state: parseItemState(value),
  };
}

function parseItemState({ _class, cancelled, executable }: Json): ItemShape['state'] {
  if (cancelled === true) return 'cancelled';
  if (isObject(executable) && isCount(executable.number)) return { buildNumber: executable.number };
  return text(_class)?.endsWith('LeftItem') === true || cancelled === false ? 'leaving' : 'waiting';
}

/** The items of the queue; one that is not understood makes the whole answer so. */
export function parseQueue(value: unknown): readonly ItemShape[] | undefined {
  return isObject(value) ? parseAll(value.items, parseItem) : undefined;
}

export function parseBuild(value: unknown): BuildShape | undefined {
  if (!isObject(value) || !isCount(value.number) || typeof value.building !== 'boolean' || !isCount(value.timestamp))
    return undefined;
  if (value.timestamp > latestMs) return undefined;
  const result = text(value.result);
  return {
    number: value.number,
    isBuilding: value.building,
    startedAt: value.timestamp,
    durationMs: millisOr(value.duration, 0),
    estimatedDurationMs: millisOr(value.estimatedDuration, -1),
    progress: isObject(value.executor) ? millisOr(value.executor.progress, -1) : -1,
    parameters: parseParameters(value.actions),
    by: parseCauses(value.actions),
    ...(isCount(value.queueId) ? { queueId: value.queueId } : {}),
    ...(result === undefined ? {} : { result: shorten(result, 40) }),
  };
}

function parseCauses(actions: unknown): string {
  const causes = objects(actions).flatMap((action) => objects(action.causes));
  const names = causes.flatMap(
    ({ userName, userId, shortDescription }) => text(userName) ?? text(userId) ?? text(shortDescription) ?? [],
  );
  return shorten([...new Set(names)].join(', '));
}

/** One page of builds; `nextBuildNumber` as in the same answer. */
export function parseBuilds(
  value: unknown,
  list: 'builds' | 'allBuilds',
): { readonly nextBuildNumber: number; readonly builds: readonly BuildShape[] } | undefined {
  if (!isObject(value) || !isCount(value.nextBuildNumber)) return undefined;
  const builds = parseAll(value[list], parseBuild);
  return builds === undefined ? undefined : { nextBuildNumber: value.nextBuildNumber, builds };
}

function parseAll<T>(value: unknown, parse: (element: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parsed = value.map(parse);
  const known = parsed.filter((each) => each !== undefined);
  return known.length === parsed.length ? known : undefined;
}
