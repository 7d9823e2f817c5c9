import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AfterRule, Product } from '../../controller/core/model.js';
import { releaseName } from '../../controller/core/release/name.js';
import { lastStages, pathFor, stagesBefore } from '../../controller/core/release/path.js';
import { aProduct, aStage } from '../support/facts.js';
import { aClass, aPath } from '../support/release-worlds.js';

const skip = (...stages: string[]) => ({
  name: 'hotfix',
  skips: stages.map((stage) => ({ stage, owner: 'quality-analyst', withinMs: 1 })),
});
const afters = (product: Product, name?: string) =>
  Object.fromEntries(pathFor(product, name).map((stage) => [stage.name, stage.after]));
const needs = (stage: string, require: AfterRule['require'] = 'any'): AfterRule => ({ stage, require });

describe('the path of a class', () => {
  it('is the whole path where the class skips nothing, is not known, or is not given', () => {
    const product = aPath(skip('uat'), { name: 'minor' });
    for (const name of ['minor', 'unheard-of', undefined]) expect(pathFor(product, name)).toBe(product.stages);
  });

  it('puts what is after a skipped stage after what that one is after', () => {
    expect(afters(aPath(skip('uat')), 'hotfix')).toEqual({ qa: [], uat: [needs('qa')], production: [needs('qa')] });
  });

  it('goes through several skipped stages in a row, to the beginning', () => {
    expect(afters(aPath(skip('uat', 'qa')), 'hotfix')).toEqual({ qa: [], uat: [], production: [] });
  });

  it('keeps the stricter of two rules that come together', () => {
    const product = aProduct({
      stages: [
        aStage(),
        aStage({ name: 'sit', after: [needs('qa', 'all')] }),
        aStage({ name: 'uat', after: [needs('qa')] }),
        aStage({ name: 'production', after: [needs('sit'), needs('uat')] }),
      ],
      classes: [aClass(skip('sit', 'uat'))],
    });
    expect(afters(product, 'hotfix').production).toEqual([needs('qa', 'all')]);
  });

  it('never waits for a skipped stage, and for none that the whole path does not wait for, whatever the product says', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const stage = fc.record({ after: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 5, maxLength: 5 }), fc.subarray(names), (written, skipped) => {
        const stages = names.map((name, at) => aStage({ name, after: (written[at]?.after ?? []).map((one) => needs(one)) }));
        const product = aProduct({ stages, classes: [aClass(skip(...skipped))] });
        for (const one of pathFor(product, 'hotfix')) {
          const wanted = one.after.map((rule) => rule.stage);
          expect(wanted.filter((name) => skipped.includes(name))).toEqual([]);
          expect(wanted.filter((name) => !stagesBefore(product, one.name).has(name))).toEqual([]);
        }
      }),
    );
  });

  it('ends at the stages that nothing comes after', () => {
    expect([...lastStages(aPath())]).toEqual(['production']);
    expect([...stagesBefore(aPath(), 'production')]).toEqual(['uat', 'qa']);
  });
});

describe('the name of a release', () => {
  it.each([
    ['2.9.3', 'shop.2.9.3'],
    ['2.9.3-RC1+build_7', 'shop.2.9.3-rc1-build-7'],
    ['V3', 'shop.v3'],
    ['1..2', undefined],
    ['1.0-', undefined],
    ['1.0_.1', undefined],
  ])('of version %s is %s', (version, name) => {
    expect(releaseName('shop', version)).toBe(name);
  });
});
