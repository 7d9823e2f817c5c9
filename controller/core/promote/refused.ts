/** What was asked for cannot, or should not, be done: a sentence for people. Nothing was changed. */
export class PromoteRefused extends Error {
  override readonly name = 'PromoteRefused';
}
