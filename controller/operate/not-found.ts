/** There is nothing of that name, or more than one. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}
