import { isPlaceholderName, keyPlaceholders, placeholderNames, placeholders } from '../../substitution.js';
import { isReadable, type ParsedDocument, type Problem } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, quote } from '../quote.js';
import type { RepositoryIndex } from '../repository-index.js';
import type { ProductDocument } from '../schema/product.js';
import { suggestion } from '../suggest.js';
import { error, type Verdict } from './verdict.js';

type WrittenStage = ProductDocument['spec']['stages'][number];

const stageOf = (rule: NonNullable<WrittenStage['after']>[number]): string => (typeof rule === 'string' ? rule : rule.stage);

/** A rule about one Product document by itself. */
type ProductRule = (content: ProductDocument) => Problem[];

function eachProduct(index: RepositoryIndex, rule: ProductRule): Verdict[] {
  return index.documents.flatMap((document: ParsedDocument) =>
    isReadable(document, 'Product') ? rule(document.content).map((problem) => error(document, problem)) : [],
  );
}

/** Names of stages, and of the verifications of a stage, are there once. */
export function stageNamesAreUnique(index: RepositoryIndex): Verdict[] {
  return eachProduct(index, ({ spec }) => [
    ...repeated(spec.stages, ['spec', 'stages'], 'stage'),
    ...spec.stages.flatMap(({ verification = [] }, at) =>
      repeated(verification, ['spec', 'stages', at, 'verification'], 'verification of this stage'),
    ),
  ]);
}

function repeated(named: readonly { readonly name: string }[], path: Path, what: string): Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ name }, at) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ rule: 'duplicate-name', path: [...path, at, 'name'], message: `a second ${what} ${quote(name)}` }];
  });
}

/** `after` names other stages of the product, each once. */
export function ordersNameStages(index: RepositoryIndex): Verdict[] {
  return eachProduct(index, ({ metadata, spec }) => {
    const names = spec.stages.map(({ name }) => name);
    return spec.stages.flatMap((stage, at) =>
      (stage.after ?? []).flatMap((rule, position): Problem[] => {
        const named = stageOf(rule);
        const path = ['spec', 'stages', at, 'after', position, ...(typeof rule === 'string' ? [] : ['stage'])];
        if (named === stage.name) return [{ rule: 'stage-order', path, message: `stage ${named} cannot come after itself` }];
        if (!names.includes(named)) {
          const message = `${quote(named)} is not a stage of product ${metadata.name} (${enumerate(names)})${suggestion(named, names)}`;
          return [{ rule: 'unknown-stage', path, message }];
        }
        const twice = (stage.after ?? []).findIndex((other) => stageOf(other) === named) !== position;
        return twice ? [{ rule: 'stage-order', path, message: `stage ${named} is named twice` }] : [];
      }),
    );
  });
}

/** No stage waits for itself by way of others. Each circle is reported once, at its first stage. */
export function ordersEnd(index: RepositoryIndex): Verdict[] {
  return eachProduct(index, ({ spec }) => {
    const after = new Map(spec.stages.map((stage) => [stage.name, (stage.after ?? []).map(stageOf)]));
    const reported = new Set<string>();
    return spec.stages.flatMap(({ name }, at) => {
      const circle = reported.has(name) ? undefined : findCircle(name, after);
      if (circle === undefined || circle.length < 2) return [];
      for (const stage of circle) reported.add(stage);
      const message = `the order of stages is a circle: ${[...circle, name].join(' after ')}`;
      return [{ rule: 'stage-order', path: ['spec', 'stages', at, 'after'], message }];
    });
  });
}

/** The shortest way from a stage to itself. */
function findCircle(start: string, after: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const stage of queue) {
    for (const next of after.get(stage) ?? []) {
      if (next === start) return wayTo(stage, start, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, stage);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let stage = end; stage !== start; ) {
    stage = cameFrom.get(stage) ?? start;
    way.unshift(stage);
  }
  return way;
}

/** A claim names one place: a bucket, with or without a prefix, or ConfigMaps. */
export function claimsNameOnePlace(index: RepositoryIndex): Verdict[] {
  return eachProduct(index, ({ spec }) => {
    const { claim } = spec.deployer.jenkins;
    const path = ['spec', 'deployer', 'jenkins', 'claim'];
    const problem = (message: string): Problem[] => [{ rule: 'claim-place', path, message }];
    if (claim === undefined) return [];
    if (claim.bucket === undefined && claim.configMap === undefined) return problem('it names neither a bucket nor a configMap');
    if (claim.bucket !== undefined && claim.configMap !== undefined) return problem('it names both a bucket and a configMap');
    return claim.prefix !== undefined && claim.bucket === undefined ? problem('a prefix belongs to a bucket') : [];
  });
}

interface Template {
  readonly path: Path;
  readonly text: string;
  readonly names: readonly string[];
}

/** `${…}` names only what there is to substitute. */
export function placeholdersAreKnown(index: RepositoryIndex): Verdict[] {
  return eachProduct(index, ({ metadata, spec }) => {
    const names =
      spec.descriptor === undefined ? placeholderNames.filter((name) => !name.startsWith('descriptor.')) : placeholderNames;
    return templatesOf(spec, names).flatMap((template) => templateProblems(template, metadata.name));
  });
}

function templatesOf(spec: ProductDocument['spec'], names: readonly string[]): Template[] {
  const job = ({ job: text, parameters = {} }: { job: string; parameters?: Record<string, string> }, path: Path): Template[] => [
    { path: [...path, 'job'], text, names },
    ...Object.entries(parameters).map(([name, value]) => ({ path: [...path, 'parameters', name], text: value, names })),
  ];
  const key =
    spec.descriptor === undefined
      ? []
      : [{ path: ['spec', 'descriptor', 'key'], text: spec.descriptor.key, names: keyPlaceholders }];
  return [
    ...key,
    ...job(spec.deployer.jenkins, ['spec', 'deployer', 'jenkins']),
    ...spec.stages.flatMap(({ verification = [] }, at) =>
      verification.flatMap(({ jenkins }, position) => job(jenkins, ['spec', 'stages', at, 'verification', position, 'jenkins'])),
    ),
  ];
}

function templateProblems({ path, text, names }: Template, product: string): Problem[] {
  const problem = (message: string): Problem[] => [{ rule: 'placeholder', path, message }];
  for (const { name, closed } of placeholders(text)) {
    if (!closed) return problem(`"\${" without "}": names go between them; "$\${" stands for the characters themselves`);
    if (names.includes(name)) continue;
    const written = quote(`\${${name}}`);
    if (name.startsWith('descriptor.') && isPlaceholderName(name) && names !== keyPlaceholders)
      return problem(`${written} needs spec.descriptor, which product ${product} does not have`);
    return problem(`${written} is not known here (${names.join(', ')})${suggestion(name, names)}`);
  }
  return [];
}
