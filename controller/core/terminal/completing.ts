/** What a half-written command line can go on with. */

/** A command as its registration describes it. */
export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandShape[];
  readonly options: readonly OptionShape[];
  readonly args: readonly ArgumentShape[];
}

export interface OptionShape {
  /** `--output`, `-o`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface ArgumentShape {
  readonly name: string;
  /** It may be repeated, and is the last one. */
  readonly variadic: boolean;
  readonly choices: readonly string[];
}

export interface Candidate {
  readonly word: string;
  readonly description?: string;
}

export type Listed = 'environments' | 'releases' | 'runs' | 'holds' | 'sources';

const kinds: readonly Listed[] = ['environments', 'releases', 'runs', 'holds', 'sources'];

/** `names` is a list that only the cluster knows; `files` leaves it to the shell. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly names?: Listed | 'products' | 'stages' | 'clients' | 'versions' | 'places';
  /** Versions and places (environments by their own names) are of this product alone. */
  readonly product?: string;
  readonly files?: true;
  /** The options that say which cluster is asked. */
  readonly cluster: Readonly<Partial<Record<'kubeconfig' | 'context' | 'namespace', string>>>;
}

const namesOfArgument: Readonly<Record<string, NonNullable<Completion['names']>>> = {
  environment: 'environments',
  run: 'runs',
  hold: 'holds',
  product: 'products',
  version: 'versions',
  environments: 'places',
  name: 'environments',
};

const namesOfOption: Readonly<Record<string, NonNullable<Completion['names']>>> = {
  '--product': 'products',
  '--stage': 'stages',
  '--client': 'clients',
  '--environment': 'environments',
  '--run': 'runs',
  '--from': 'stages',
  '--to': 'stages',
};

const fileOptions = new Set(['--kubeconfig', '--config', '--data', '--file', '--repository', '--trail', '--cache-directory']);

/** `words` are those after `towpath`; the last one is the one that is being written, and may be empty. */
export function complete(root: CommandShape, words: readonly string[]): Completion {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const walked = walk(root, before);
  const { command, awaiting, positional, cluster } = walked;
  const only = (candidates: readonly Candidate[]): Completion => ({
    candidates: candidates.filter(({ word }) => word.startsWith(current)),
    cluster,
  });
  if (awaiting !== undefined) {
    if (awaiting.choices.length > 0) return only(awaiting.choices.map((word) => ({ word })));
    const [names] = awaiting.flags.flatMap((flag) => namesOfOption[flag] ?? []);
    if (names !== undefined) return { candidates: [], names, cluster };
    return awaiting.flags.some((flag) => fileOptions.has(flag)) ? { candidates: [], files: true, cluster } : only([]);
  }
  if (current.startsWith('-')) return only(optionsOf(command));
  if (positional.length === 0 && command.commands.length > 0)
    return only(command.commands.map(({ name, description }) => ({ word: name, description })));
  return { ...only([]), ...ofArgument(command, positional, current) };
}

function optionsOf({ options }: CommandShape): Candidate[] {
  return options.flatMap(({ flags, description }) => {
    const long = flags.find((flag) => flag.startsWith('--')) ?? flags[0];
    return long === undefined ? [] : [{ word: long, description }];
  });
}

function ofArgument({ args }: CommandShape, before: readonly string[], current: string): Partial<Completion> {
  const argument = args[before.length] ?? args.find(({ variadic }) => variadic);
  if (argument === undefined) return {};
  if (argument.choices.length > 0)
    return { candidates: argument.choices.filter((word) => word.startsWith(current)).map((word) => ({ word })) };
  if (argument.name === 'kind') return { candidates: kinds.filter((word) => word.startsWith(current)).map((word) => ({ word })) };
  const kind = kinds.find((one) => one === before[0] || one.slice(0, -1) === before[0]);
  const names = argument.name === 'name' && kind !== undefined ? kind : namesOfArgument[argument.name];
  const [product] = args[0]?.name === 'product' ? before : [];
  if (names !== undefined) return { names, ...(product === undefined ? {} : { product }) };
  return ['directory', 'dir', 'from', 'to'].includes(argument.name) ? { files: true } : {};
}

interface Walked {
  readonly command: CommandShape;
  /** The option whose value comes next. */
  readonly awaiting: OptionShape | undefined;
  readonly positional: readonly string[];
  readonly cluster: Completion['cluster'];
}

function walk(root: CommandShape, words: readonly string[]): Walked {
  let command = root;
  let awaiting: OptionShape | undefined;
  const positional: string[] = [];
  const cluster: Record<string, string> = {};
  for (const word of words) {
    if (awaiting !== undefined) {
      noteCluster(cluster, awaiting.flags, word);
      awaiting = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const [flag = '', value] = word.split(/=(.*)/s);
      const option: OptionShape | undefined = command.options.find(({ flags }) => flags.includes(flag));
      if (option?.takesValue && value === undefined) awaiting = option;
      else if (option !== undefined && value !== undefined) noteCluster(cluster, option.flags, value);
      continue;
    }
    const next = positional.length === 0 ? command.commands.find(({ name }) => name === word) : undefined;
    if (next === undefined) positional.push(word);
    else command = next;
  }
  return { command, awaiting, positional, cluster };
}

function noteCluster(cluster: Record<string, string>, flags: readonly string[], value: string): void {
  for (const name of ['kubeconfig', 'context', 'namespace']) if (flags.includes(`--${name}`)) cluster[name] = value;
}
