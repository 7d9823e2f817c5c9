import { parseDescriptor } from '../../../controller/core/documents/descriptor.js';
import { loadRepository } from '../../../controller/core/documents/load.js';
import { parseFile } from '../../../controller/core/documents/parse.js';
import { createSettingsCache } from '../../../controller/core/documents/settings/cache.js';
import { createDescriptorParser } from '../../../controller/s3/descriptor-reading.js';
import { bytesOf, type OpenTarget, partsOf, promise, type Target } from '../target.js';
import { checkedProduct, descriptors, documentWords, settingsSchema, yamlSeeds } from './document-seeds.js';

const guide = /controller\/core\/|node_modules\/yaml\//;
const nothing = async () => undefined;

/** The parts are the files of a repository; the first two bytes of a part say what it is called. */
function filesOf(input: Uint8Array) {
  return partsOf(input).map((content, index) => {
    const text = content.subarray(0, 30).toString('latin1');
    if (text.startsWith('{"type"') || text.includes('$schema')) return { path: 'schemas/settings.json', content };
    return { path: text.startsWith('{') ? `a${index}.json` : `products/shop/a${index}.yaml`, content };
  });
}

function checkRepository(input: Uint8Array): void {
  const files = filesOf(input);
  const parsed = files.map(parseFile);
  const repository = loadRepository(parsed, createSettingsCache());
  for (const finding of repository.findings) {
    const { line, column, message, path } = finding;
    promise(line >= 1 && column >= 1 && Number.isSafeInteger(line + column), 'a finding stands nowhere', finding);
    promise(message !== '' && message.length < 5_000 && typeof path === 'string', 'a finding is no sentence', finding);
    promise(!/(?![\n\t])\p{Cc}/u.test(message), 'a finding has control characters', finding);
  }
  // It crosses from a worker, and the same bytes always say the same.
  structuredClone([parsed, repository]);
  const again = loadRepository(files.map(parseFile), createSettingsCache());
  promise(JSON.stringify(again) === JSON.stringify(repository), 'the same files say something else', repository.findings);
}

export const documents: Target = {
  name: 'documents',
  guide,
  words: documentWords,
  open: async (): Promise<OpenTarget> => ({
    seeds: [...yamlSeeds.map((seed) => bytesOf(...seed)), bytesOf(checkedProduct, settingsSchema, ...(yamlSeeds[0] ?? []))],
    run: async (input) => checkRepository(input),
    close: nothing,
  }),
};

const expected = { product: 'shop', version: '1.0.0', key: 'shop/1.0.0.json' };

export const descriptor: Target = {
  name: 'descriptors',
  guide: /controller\/(?:core|s3)\/|node_modules\/yaml\//,
  words: [...documentWords, 'components', '"version"', 'product', '\ufeff'],
  open: async () => {
    const parser = createDescriptorParser();
    return {
      seeds: descriptors.map((seed) => Buffer.from(seed)),
      run: async (input) => {
        const parsed = parseDescriptor(Buffer.from(input).toString('utf8'), expected);
        if (!('problem' in parsed)) {
          const pins = Object.values(parsed.components);
          promise(
            pins.every((pin) => typeof pin === 'string'),
            'a component is no text',
            parsed,
          );
        } else promise(parsed.problem !== '' && parsed.problem.length < 5_000, 'a problem is no sentence', parsed);
        const reading = parser.parse({ state: 'found', bytes: input }, { key: expected.key });
        promise(['found', 'invalid'].includes(reading.state), 'a reading has no state', reading);
        structuredClone([parsed, reading]);
      },
      close: nothing,
    };
  },
};
