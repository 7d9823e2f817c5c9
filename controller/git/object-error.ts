/** Why an object of a repository cannot be had. Never shown as it is: whoever asked knows what the object was for. */
export class ObjectError extends Error {
  override readonly name = 'ObjectError';
  readonly kind: 'missing' | 'corrupt' | 'too-large';

  constructor(kind: ObjectError['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

export const corrupt = (message: string, cause?: unknown): ObjectError => new ObjectError('corrupt', message, cause);
export const tooLarge = (message: string): ObjectError => new ObjectError('too-large', message);
