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
});
