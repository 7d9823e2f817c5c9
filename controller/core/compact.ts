/** The object without its undefined fields: what is absent is left out of records, never written as null. */
export function compact<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  // A loop and no pipeline of arrays: every status that is worked out passes through here many times.
  const present: Partial<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) present[name] = value;
  }
  return present as T;
}
