/** The text of UTF-8 bytes (RFC 3629, without a byte order mark), or where the first byte stands that is none. */
export type DecodedText = { readonly text: string } | { readonly badByteAt: number };

const chunk = 8_192;

/** Length of the well-formed sequence that starts at `index`; 0 where there is none. Table 3-7 of the Unicode standard. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[index + 1] ?? 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let offset = 2; offset < length; offset += 1) if (((bytes[index + offset] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function codePoint(bytes: Uint8Array, index: number, length: number): number {
  const lead = bytes[index] ?? 0;
  if (length === 1) return lead;
  let code = lead & (0xff >> (length + 1));
  for (let offset = 1; offset < length; offset += 1) code = (code << 6) | ((bytes[index + offset] ?? 0) & 0x3f);
  return code;
}

/** Decodes UTF-8 strictly: nothing is ever replaced, so two different files never read the same. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const codes: number[] = [];
  let text = '';
  let index = marked ? 3 : 0;
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index);
    if (length === 0) return { badByteAt: index };
    codes.push(codePoint(bytes, index, length));
    index += length;
    if (codes.length === chunk) text += String.fromCodePoint(...codes.splice(0));
  }
  return { text: text + String.fromCodePoint(...codes) };
}
