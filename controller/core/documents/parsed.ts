import type { Finding, Json, JsonObject } from '../model.js';
import type { Path, Places } from './places.js';
import { findPlace, formatPath, positionOf } from './places.js';
import type { RuleName } from './rules/catalog.js';
import type { DeploymentWindowDocument } from './schema/deployment-window.js';
import type { EnvironmentConfigDocument } from './schema/environment-config.js';
import type { IncidentDocument } from './schema/incident.js';
import type { MasterVersionDocument } from './schema/master-version.js';
import type { NotificationPolicyDocument } from './schema/notification-policy.js';
import type { ProductDocument } from './schema/product.js';
import type { ReleaseDocumentContent } from './schema/release.js';
import type { RolesDocument } from './schema/roles.js';
import type { WrittenScalars } from './tree.js';

/** What a valid document of each kind holds. */
export interface DocumentContents {
  readonly MasterVersion: MasterVersionDocument;
  readonly EnvironmentConfig: EnvironmentConfigDocument;
  readonly Product: ProductDocument;
  readonly Release: ReleaseDocumentContent;
  readonly DeploymentWindow: DeploymentWindowDocument;
  readonly Roles: RolesDocument;
  readonly Incident: IncidentDocument;
  readonly NotificationPolicy: NotificationPolicyDocument;
}

export type DocumentKind = keyof DocumentContents;

/** One document as read; plain data, so that it can cross to and from a worker. `name` and `product` as far as they can be told. */
interface Read<K extends DocumentKind> {
  readonly kind: K;
  readonly name?: string;
  readonly product?: string;
  readonly places: Places;
  readonly value: JsonObject;
  readonly written: WrittenScalars;
}

/** A document that keeps to its schema. */
export type ValidDocument<K extends DocumentKind = DocumentKind> = K extends DocumentKind
  ? Read<K> & { readonly valid: true; readonly content: DocumentContents[K] }
  : never;

/** A document that does not; its findings say why. */
export type BrokenDocument<K extends DocumentKind = DocumentKind> = K extends DocumentKind
  ? Read<K> & {
      readonly valid: false;
      readonly findings: readonly Finding[];
      /** What is left of it without the fields that are wrong; for further findings only. */
      readonly content?: DocumentContents[K];
    }
  : never;

export type ParsedDocument<K extends DocumentKind = DocumentKind> = ValidDocument<K> | BrokenDocument<K>;

/** What one file holds, whatever else the repository holds: may be kept for as long as path and content stay the same. */
/** What a file that cannot be read says of names and products. */
export interface UnreadReleases {
  readonly names: readonly string[];
  readonly products: readonly string[];
}

export interface ParsedFile {
  readonly path: string;
  readonly documents: readonly ParsedDocument[];
  readonly findings: readonly Finding[];
  /** Documents that are Towpath's but of no known kind, or that could not be read at all. */
  readonly unknownDocuments: number;
  /** One of those may be a DeploymentWindow: the file speaks of one. */
  readonly mayHoldWindow?: boolean;
  /** Some of those may be Releases of these names and products: the file speaks of some. */
  readonly mayHoldReleases?: UnreadReleases;
  /** The text, where the file may be a settings schema. */
  readonly schemaText?: string;
}

/** A document whose content the rules across documents can look at. */
export type ReadableDocument<K extends DocumentKind> = ParsedDocument<K> & { readonly content: DocumentContents[K] };

export function isReadable<K extends DocumentKind>(
  document: ParsedDocument,
  kind: K,
): document is ReadableDocument<K> & ParsedDocument {
  return document.kind === kind && document.content !== undefined;
}

export interface Problem {
  readonly rule: RuleName;
  readonly path: Path;
  readonly message: string;
  readonly severity?: 'error' | 'warning';
  /** Point at the key instead of the value. */
  readonly atKey?: boolean;
}

/** A problem with the place where it stands. */
export function toFinding(document: { readonly places: Places; readonly value: Json }, problem: Problem): Finding {
  const place = findPlace(document.places, document.value, problem.path);
  return {
    ...positionOf(document.places, problem.atKey === true ? place.key : place.value),
    severity: problem.severity ?? 'error',
    rule: problem.rule,
    path: formatPath(problem.path),
    message: problem.message,
  };
}

/** The text of a scalar as it is written. */
export function sourceOf(document: { readonly value: Json; readonly written: WrittenScalars }, path: Path): string {
  const written = document.written[formatPath(path)];
  if (written !== undefined) return written;
  let value: Json | undefined = document.value;
  for (const segment of path) value = typeof value === 'object' && value !== null ? (value as JsonObject)[segment] : undefined;
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
