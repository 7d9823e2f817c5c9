import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json } from '../../../controller/embedded/resource-type.js';

type Schema = { readonly [key: string]: Json };

/** The shipped definitions as they may have been once: they let everything in, and fill in the same defaults. */
export async function loosenedCrds(): Promise<Json[]> {
  const files = (await readdir('crds')).filter((file) => file.startsWith('towpath.dev_'));
  return Promise.all(
    files.map(async (file) => {
      const crd = parse(await readFile(join('crds', file), 'utf8')) as {
        spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
      };
      for (const { schema } of crd.spec.versions)
        schema.openAPIV3Schema = { ...loosened(schema.openAPIV3Schema), type: 'object' };
      return crd as unknown as Json;
    }),
  );
}

function loosened({ properties, items, default: fallback }: Schema): Schema {
  return {
    'x-kubernetes-preserve-unknown-fields': true,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(isSchema(items) ? { items: loosened(items) } : {}),
    ...(isSchema(properties) ? { properties: eachOf(properties) } : {}),
  };
}

const eachOf = (properties: Schema): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, isSchema(schema) ? loosened(schema) : schema]));

const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
