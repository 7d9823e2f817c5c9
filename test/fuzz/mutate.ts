import { mutateJson } from './mutate-json.js';
import type { Random } from './random.js';
import { bytesOf, partsOf } from './target.js';

const mostBytes = 256 * 1024;
const numbers = ['0', '-1', '1', '255', '65535', '2147483648', '4294967296', '9007199254740993', '1e999', '0x10', '00000'];

/** A neighbour of an input: a few small changes, of its bytes or of the JSON in it. `others` are there to be mixed in. */
export function mutate(
  input: Uint8Array,
  others: readonly Uint8Array[],
  { random, words }: { random: Random; words: readonly string[] },
) {
  let bytes: Buffer = Buffer.from(input);
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    const kind = random.below(10);
    if (kind < 4) bytes = inOnePart(bytes, random, (part) => mutateJson(part, random) ?? change(part, random, words));
    else if (kind < 5) bytes = reorder(bytes, random);
    else if (kind < 6) bytes = mix(bytes, random.pick(others) ?? bytes, random);
    else bytes = change(bytes, random, words);
  }
  return bytes.subarray(0, mostBytes);
}

function inOnePart(bytes: Buffer, random: Random, change: (part: Buffer) => Buffer): Buffer {
  const parts = partsOf(bytes);
  const chosen = random.below(parts.length);
  return Buffer.from(bytesOf(...parts.map((part, index) => (index === chosen ? change(part) : part))));
}

/** Drops, doubles or swaps whole parts. */
function reorder(bytes: Buffer, random: Random): Buffer {
  const parts = partsOf(bytes);
  const at = random.below(parts.length);
  const part = parts[at] ?? Buffer.alloc(0);
  if (random.below(2) === 0) parts.splice(at, 1);
  else parts.splice(random.below(parts.length + 1), 0, part);
  return Buffer.from(bytesOf(...(parts.length === 0 ? [part] : parts)));
}

function mix(bytes: Buffer, other: Uint8Array, random: Random): Buffer {
  const head = bytes.subarray(0, random.below(bytes.length + 1));
  return Buffer.concat([head, Buffer.from(other).subarray(random.below(other.length + 1))]);
}

function change(bytes: Buffer, random: Random, words: readonly string[]): Buffer {
  const at = random.below(bytes.length + 1);
  const length = Math.min(bytes.length - at, 1 + random.below(random.below(8) === 0 ? 200 : 8));
  const put = (middle: Uint8Array | string, dropped = 0) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), bytes.subarray(at + dropped)]);
  switch (random.below(8)) {
    case 0:
      return put('', length);
    case 1:
      return put(bytes.subarray(at, at + length));
    case 2:
      return put(Uint8Array.of(random.below(256)), 1);
    case 3:
      return put(Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))), 1);
    case 4:
      return put(Uint8Array.from({ length: 1 + random.below(6) }, () => random.below(256)));
    case 5:
      return put(random.pick(numbers) ?? '', random.below(2) * length);
    case 6:
      return put(
        Buffer.from(bytes.subarray(at, at + length))
          .toString('latin1')
          .repeat(1 + random.below(50)),
      );
    default:
      return put(random.pick(words) ?? '', random.below(2) * length);
  }
}
