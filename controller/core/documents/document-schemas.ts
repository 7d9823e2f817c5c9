import type { TSchema } from '@sinclair/typebox';
import type { JsonObject } from '../model.js';
import type { DocumentKind } from './parsed.js';
import { DeploymentWindowSchema } from './schema/deployment-window.js';
import { EnvironmentConfigSchema } from './schema/environment-config.js';
import { IncidentSchema } from './schema/incident.js';
import { MasterVersionSchema } from './schema/master-version.js';
import { NotificationPolicySchema } from './schema/notification-policy.js';
import { ProductSchema } from './schema/product.js';
import { ReleaseSchema } from './schema/release.js';
import { RolesSchema } from './schema/roles.js';
import { withExamples } from './schema-examples.js';

/** The schema of every kind of document. */
export const documentTypes: Readonly<Record<DocumentKind, TSchema>> = {
  MasterVersion: MasterVersionSchema,
  EnvironmentConfig: EnvironmentConfigSchema,
  Product: ProductSchema,
  Release: ReleaseSchema,
  DeploymentWindow: DeploymentWindowSchema,
  Roles: RolesSchema,
  Incident: IncidentSchema,
  NotificationPolicy: NotificationPolicySchema,
};

export const documentKinds = Object.keys(documentTypes) as readonly DocumentKind[];

const draft = 'https://json-schema.org/draft/2020-12/schema';

/** A JSON Schema (draft 2020-12) for editors: plain JSON, with the address that it is published under. */
export function publishedSchema(title: string, schema: TSchema | JsonObject): Readonly<Record<string, unknown>> {
  const name = title.toLowerCase();
  const plain = withExamples(JSON.parse(JSON.stringify(schema)) as JsonObject, title);
  return { $schema: draft, $id: `https://towpath.dev/schemas/v1alpha1/${name}.schema.json`, title, ...plain };
}

/** Kind → JSON Schema. */
export const documentSchemas: Readonly<Record<DocumentKind, Readonly<Record<string, unknown>>>> = {
  MasterVersion: publishedSchema('MasterVersion', MasterVersionSchema),
  EnvironmentConfig: publishedSchema('EnvironmentConfig', EnvironmentConfigSchema),
  Product: publishedSchema('Product', ProductSchema),
  Release: publishedSchema('Release', ReleaseSchema),
  DeploymentWindow: publishedSchema('DeploymentWindow', DeploymentWindowSchema),
  Roles: publishedSchema('Roles', RolesSchema),
  Incident: publishedSchema('Incident', IncidentSchema),
  NotificationPolicy: publishedSchema('NotificationPolicy', NotificationPolicySchema),
};
