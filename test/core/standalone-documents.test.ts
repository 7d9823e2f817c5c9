import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../controller/kube/documents.js';

const secret = 'k+/5ecre7%=';
const file = (line: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  ${line}\n`;

describe('the configuration of standalone', () => {
  it('is read as the objects that it holds', () => {
    expect(parseDocuments(`${file(`token: ${secret}`)}---\n---\n`, 'a.yaml')).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { token: secret } },
    ]);
  });

  it.each([
    [`token: "${secret}`, 'a.yaml:6:1: a closing quote or bracket is missing'],
    [`token: x: ${secret}`, 'a.yaml:5:10: a second ": " in one line: put the value in quotes, or on a line of its own'],
    [`token: @${secret}`, 'a.yaml:5:10: text may not begin with this character: put it in quotes'],
    [`token: 'a'${secret}`, 'a.yaml:5:13: something stands where it may not'],
    [`token: "\\q${secret}"`, 'a.yaml:5:11: an escape after \\ is not known: use single quotes, or write \\\\'],
    [`${secret}: b\n  ${secret}: c`, 'a.yaml:6:3: a key is given twice'],
    [`{token: ${secret}`, 'a.yaml:6:1: the indentation does not fit'],
    [`token: *${secret}`, 'a.yaml:1: anchors and aliases are not allowed: write the value out'],
  ])('that is no YAML is told of by its place, without a word of what stands there: %s', (line, message) => {
    expect(() => parseDocuments(file(line), 'a.yaml')).toThrow(new Error(message));
  });

  const source = (spec: string) =>
    `# first\n---\napiVersion: towpath.dev/v1alpha1\nkind: ReleaseSource\nmetadata: {name: releases}\nspec:\n${spec}`;
  const git = '  git: {url: "https://git.example/releases.git"}\n';

  it.each([
    [
      'a field that there is not',
      '  git:\n    url: https://git.example/releases.git\n    intervall: 30s\n',
      'a.yaml:9:5: spec.git.intervall is not a known field; did you mean "interval"?',
    ],
    [
      'a value that does not fit',
      `${git}  jenkins:\n    - {name: main, url: "https://jenkins.example", jobs: ["a/*"], delay: 10x}\n`,
      'a.yaml:9:67: spec.jenkins[0].delay "10x" is not a duration, such as 90s, 20m, 1h30m or 2d',
    ],
    ['what is missing', '  suspend: true\n', 'a.yaml:6:1: spec.git is missing'],
    [
      'several mistakes',
      '  gti: {}\n  suspend: 7\n',
      'a.yaml:7:3: spec.gti is not a known field; did you mean "git"? (and 1 more problem)',
    ],
    [
      'a text in place of a reference',
      `${git}  webhook: {secretRef: ${JSON.stringify(secret)}}\n`,
      'a.yaml:8:13: spec.webhook.secretRef is a text; it should be a mapping',
    ],
  ])('is told of %s in a resource, by its place', (_what, spec, message) => {
    expect(() => parseDocuments(source(spec), 'a.yaml')).toThrow(new Error(message));
  });

  it('is taken where a ReleaseSource and a Hold fit their schemas, with what the API server fills in left out', () => {
    const hold =
      '---\napiVersion: towpath.dev/v1alpha1\nkind: Hold\nmetadata: {name: h, labels: {a: b}}\nspec: {reason: incident}\n';
    expect(parseDocuments(`${source(git)}${hold}`, 'a.yaml').map(({ kind }) => kind)).toEqual(['ReleaseSource', 'Hold']);
  });
});
