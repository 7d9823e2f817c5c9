import { createClient } from '../../../controller/s3/client.js';
import { readBucketObject } from '../../../controller/s3/read-object.js';
import { startRawServer } from '../raw-server.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';

const answer = (status: string, headers: string, body = '') => `HTTP/1.1 ${status}\r\n${headers}Connection: close\r\n\r\n${body}`;
const refusal = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message><Region>eu</Region><HostId>h</HostId></Error>`;
const xml = 'Content-Type: application/xml\r\n';

const words = [
  'HTTP/1.1 ',
  '\r\n',
  '\r\n\r\n',
  '<Error>',
  '</Error>',
  '<Code>NoSuchKey</Code>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '<![CDATA[',
  'x-amz-delete-marker: true\r\n',
  'x-amz-version-id: null\r\n',
  'x-amz-checksum-crc32: AAAA\r\n',
  'x-amz-expiration: x\r\n',
  'Content-Length: 99999999999\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Last-Modified: x\r\n',
  'Location: http://127.0.0.1:1/\r\n',
  'Retry-After: 1000\r\n',
  '307 Temporary Redirect',
  '200 OK',
];

export const s3: Target = {
  name: 's3',
  guide: /controller\/s3\/|fast-xml-parser|@aws-sdk\/|@smithy\//,
  words,
  open: async () => {
    const server = await startRawServer();
    const limits = { connectMs: 500, attemptMs: 500, totalMs: 600 };
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = createClient({ endpoint: server.url, forcePathStyle: true, credentials }, limits);
    // One attempt: its waits between attempts would be most of the time.
    client.config.maxAttempts = async () => 1;
    return {
      seeds: [
        bytesOf(
          answer(
            '200 OK',
            'Content-Length: 5\r\nx-amz-version-id: v1\r\nETag: "a"\r\nLast-Modified: Sun, 22 Nov 2026 08:00:00 GMT\r\n',
            'hello',
          ),
        ),
        bytesOf(answer('404 Not Found', xml, refusal('NoSuchKey'))),
        bytesOf(answer('403 Forbidden', xml, refusal('AccessDenied'))),
        bytesOf(answer('301 Moved Permanently', `${xml}x-amz-bucket-region: eu\r\n`, refusal('PermanentRedirect'))),
        bytesOf(answer('503 Slow Down', xml, refusal('SlowDown')), answer('200 OK', '', 'hello')),
        bytesOf(answer('200 OK', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n')),
      ],
      run: async (input) => {
        server.answer(partsOf(input));
        const limit = { signal: AbortSignal.timeout(5_000), totalMs: limits.totalMs };
        const reading = await readBucketObject(client, { bucket: 'bucket', key: 'a/b.json' }, limit);
        promise(['found', 'missing', 'invalid', 'unavailable'].includes(reading.state), 'a reading has no state', reading);
        if (reading.state === 'found') promise(reading.bytes instanceof Uint8Array, 'no bytes', reading);
        else promise(reading.message.length < 1_000 && !/\p{Cc}/u.test(reading.message), 'no sentence', reading);
      },
      close: async () => {
        client.destroy();
        await server.close();
      },
    };
  },
};
