/** Milliseconds since 1970-01-01 UTC, as a parameter named `now` wherever time matters. */
export type Millis = number;

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = string;
