import { type TLiteral, type TString, Type } from '@sinclair/typebox';

/** Shapes that several documents share. Every field carries a description: editors show it. */

/** What a pattern of these schemas means, for messages. */
export interface Rule {
  readonly pattern: string;
  readonly maxLength: number;
  /** Completes `"x" is not …`. */
  readonly meaning: string;
}

export const dnsLabelRule: Rule = {
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  meaning: 'a DNS label (a-z, 0-9 and -, at most 63 characters, first and last no -)',
};

export const versionRule: Rule = {
  pattern: '^[0-9A-Za-z][0-9A-Za-z._+-]*$',
  maxLength: 63,
  meaning: 'a version (letters, digits and . _ + -, at most 63 characters, first a letter or digit)',
};

export const durationRule: Rule = {
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$',
  maxLength: 40,
  meaning: 'a duration, such as 90s, 20m, 1h30m or 2d',
};

export const digestRule: Rule = {
  pattern: '^sha256:[0-9a-f]{64}$',
  maxLength: 71,
  meaning: 'a digest: sha256: and 64 hexadecimal digits',
};

export const localTimeRule: Rule = {
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$',
  maxLength: 19,
  meaning: 'a local time without offset, such as 2026-12-18T00:00:00 (timeZone says where)',
};

export const keyPrefixRule: Rule = {
  pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$',
  maxLength: 256,
  meaning: 'a prefix of keys (letters, digits and . _ - between slashes, no part beginning with a dot)',
};

export const httpUrlRule: Rule = { pattern: '^https?://[^\\s]+$', maxLength: 2048, meaning: 'an http or https address' };

export const ruledBy = (rule: Rule, description: string, options: { default?: string } = {}): TString =>
  Type.String({ description, minLength: 1, maxLength: rule.maxLength, pattern: rule.pattern, ...options });

export const dnsLabel = (description: string) => ruledBy(dnsLabelRule, description);
export const version = (description: string) => ruledBy(versionRule, description);
export const duration = (description: string, options: { default?: string } = {}) => ruledBy(durationRule, description, options);

/** A time with offset, RFC 3339. */
export const instant = (description: string) => Type.String({ description, format: 'date-time', maxLength: 64 });

export const sentence = (description: string, maxLength = 1024) => Type.String({ description, minLength: 1, maxLength });

export const closed = { additionalProperties: false } as const;

export const apiVersionLiteral = 'towpath.dev/v1alpha1';

/** The two fields that make a document Towpath's. */
export const typeMeta = <const K extends string>(
  kind: K,
): { apiVersion: TLiteral<typeof apiVersionLiteral>; kind: TLiteral<K> } => ({
  apiVersion: Type.Literal(apiVersionLiteral, { description: 'Version of the format.' }),
  kind: Type.Literal(kind, { description: 'What the document is.' }),
});

/** `metadata` of a document: its name and nothing else. */
export const metadata = (name: TString) => Type.Object({ name }, { ...closed, description: 'What the document is called.' });

export const wholeNumber = (description: string, options: { minimum: number; maximum: number; default?: number }) =>
  Type.Integer({ description, ...options });
