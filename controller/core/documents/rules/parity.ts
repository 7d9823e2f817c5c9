import { parsePattern } from '../../parity/pattern.js';
import { isReadable, type Problem } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, quote } from '../quote.js';
import type { RepositoryIndex } from '../repository-index.js';
import type { ProductDocument } from '../schema/product.js';
import { suggestion } from '../suggest.js';
import { error, type Verdict } from './verdict.js';

type WrittenStage = ProductDocument['spec']['stages'][number];
type Parity = NonNullable<WrittenStage['parity']>;

/** `parity` names an earlier stage, and what it allows are paths. */
export function parityIsSound(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Product')) return [];
    const { stages } = document.content.spec;
    const problems = stages.flatMap(({ name, parity }, at): Problem[] => {
      if (parity === undefined) return [];
      const path = ['spec', 'stages', at, 'parity'];
      return [
        ...stageProblems(parity, { name, stages, product: document.content.metadata.name, path }),
        ...patternProblems(parity, path),
      ];
    });
    return problems.map((problem) => error(document, problem));
  });
}

interface Where {
  readonly name: string;
  readonly stages: readonly WrittenStage[];
  readonly product: string;
  readonly path: Path;
}

function stageProblems({ with: other }: Parity, { name, stages, product, path }: Where): Problem[] {
  const names = stages.map((stage) => stage.name);
  const at = [...path, 'with'];
  if (!names.includes(other)) {
    const message = `${quote(other)} is not a stage of product ${product} (${enumerate(names)})${suggestion(other, names)}`;
    return [{ rule: 'unknown-stage', path: at, message }];
  }
  if (other === name) return [{ rule: 'stage-order', path: at, message: `stage ${name} cannot be compared with itself` }];
  if (comesBefore(other, name, stages)) return [];
  return [
    { rule: 'stage-order', path: at, message: `stage ${other} does not come before ${name}: nothing is tested there first` },
  ];
}

/** By the order of the path; where a stage comes after none, by the order of the list. */
function comesBefore(earlier: string, later: string, stages: readonly WrittenStage[]): boolean {
  const afterOf = (name: string): string[] =>
    (stages.find((stage) => stage.name === name)?.after ?? []).map((rule) => (typeof rule === 'string' ? rule : rule.stage));
  const upstream = new Set(afterOf(later));
  for (const name of upstream) for (const next of afterOf(name)) upstream.add(next);
  if (upstream.size > 0) return upstream.has(earlier);
  const position = (name: string) => stages.findIndex((stage) => stage.name === name);
  return position(earlier) < position(later);
}

function patternProblems({ allow = [] }: Parity, path: Path): Problem[] {
  return allow.flatMap((text, at): Problem[] => {
    const read = parsePattern(text);
    if (!('problem' in read)) return [];
    const message = `${quote(text)} is not a path of settings, such as integrations.crm.url, featureToggles.* or integrations.**: ${read.problem}`;
    return [{ rule: 'parity-path', path: [...path, 'allow', at], message }];
  });
}
