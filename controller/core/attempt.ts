/**
 * What is made, or undefined where making it throws. For addresses: `URL.canParse` is no answer on Node 20, where, once it is compiled, it takes a
 * text with characters beyond ASCII for other ones, and calls addresses valid that `new URL` throws for.
 */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
