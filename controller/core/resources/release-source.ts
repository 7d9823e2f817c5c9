import type { Static } from '@sinclair/typebox';
import type { Resource, ResourceDefinition } from './definition.js';
import { type Bucket, type Forge, type Git, type Jenkins, type Sink, ReleaseSourceSpec as Spec } from './release-source-spec.js';
import { ReleaseSourceStatus as Status } from './release-source-status.js';

export type ReleaseSourceSpec = Static<typeof Spec>;
export type ReleaseSourceStatus = Static<typeof Status>;
export type ReleaseSourceResource = Resource<ReleaseSourceSpec, ReleaseSourceStatus>;
export type JenkinsServer = Static<typeof Jenkins>;
export type BucketSpec = Static<typeof Bucket>;
export type GitSpec = Static<typeof Git>;
export type ForgeSpec = Static<typeof Forge>;
export type ForgeStatus = NonNullable<ReleaseSourceStatus['forge']>;
export type SinkSpec = Static<typeof Sink>;
export type SinkStatus = NonNullable<ReleaseSourceStatus['sinks']>[number];

export const releaseSource: ResourceDefinition = {
  kind: 'ReleaseSource',
  plural: 'releasesources',
  shortNames: ['rsrc'],
  description: 'A git repository to watch, and the servers and buckets that its documents may name.',
  spec: Spec,
  status: Status,
  columns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.git.url' },
    { name: 'Ref', type: 'string', jsonPath: '.spec.git.ref.branch' },
    { name: 'Commit', type: 'string', jsonPath: '.status.commit.short' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};
