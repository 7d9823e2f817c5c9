import { startEmbeddedApi } from '../../controller/embedded/start.js';

/** A kind with a status of its own, which holds whatever a test puts into it. */
const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const slips = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'slips.test.towpath.dev' },
  spec: {
    group: 'test.towpath.dev',
    scope: 'Namespaced',
    names: { kind: 'Slip', plural: 'slips' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: free, status: free } } },
      },
    ],
  },
};

// Serves a folder until it is killed, and says where.
const [, , directory = ''] = process.argv;
const { url, caPem, token } = await startEmbeddedApi({ directory, crds: [slips] });
process.stdout.write(`${JSON.stringify({ url, caPem, token })}\n`);
