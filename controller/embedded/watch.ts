import type { ServerResponse } from 'node:http';
import { failureStatus, invalid } from './errors.js';
import type { ApiContext, ApiRequest } from './exchange.js';
import type { StoreEvent } from './history.js';
import { isObject } from './json.js';
import { parseCount, parseFlag, parseResourceVersion, tooOldRevision } from './list-options.js';
import { apiVersionOf, collectionName } from './registry.js';
import { acceptedForm, render } from './render.js';
import type { ApiObject, Json } from './resource-type.js';
import { type Match, parseSelectors } from './selectors.js';

/** A client that reads slower than this many bytes behind is cut off; it will list again. */
const maxUnreadBytes = 32 * 1024 * 1024;
const bookmarkEveryMs = 60_000;
const lastBookmarkBeforeEndMs = 2_000;
const defaultTimeoutMs = 45 * 60_000;
const maxTimerMs = 2 ** 31 - 1;

/** Streams the changes of a collection as JSON lines until the time is over, the client goes or the returned function is called. */
export function startWatch(context: ApiContext, request: ApiRequest, response: ServerResponse): () => void {
  const options = readOptions(request);
  const stream = new WatchStream(context, request, { response, options });
  stream.start();
  return () => stream.end();
}

interface WatchOptions {
  readonly matches: Match;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  /** 0: the present objects first, then the changes. */
  readonly after: number;
}

function readOptions({ query, target, headers }: ApiRequest): WatchOptions {
  // Refuses what cannot be rendered while the answer can still be a refusal.
  acceptedForm(headers.accept);
  const seconds = parseCount(query, 'timeoutSeconds');
  refuseWatchList(query);
  return {
    matches: withinTarget(parseSelectors(query, target.type), target),
    bookmarks: parseFlag(query, 'allowWatchBookmarks'),
    timeoutMs: Math.min(seconds === 0 ? defaultTimeoutMs : seconds * 1000, maxTimerMs),
    after: parseResourceVersion(query.get('resourceVersion')),
  };
}

/** Streaming lists are refused as a server without them does; clients then fall back to a list. */
function refuseWatchList(query: URLSearchParams): void {
  const type = { group: 'meta.k8s.io', kind: 'ListOptions', plural: '' };
  const reason = 'FieldValueForbidden';
  if (query.get('sendInitialEvents') !== null) {
    const message = 'Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    throw invalid(type, '', [{ reason, message, field: 'sendInitialEvents' }]);
  }
  if (query.get('resourceVersionMatch')) {
    const message = 'Forbidden: resourceVersionMatch is forbidden for watch';
    throw invalid(type, '', [{ reason, message, field: 'resourceVersionMatch' }]);
  }
}

function withinTarget(matches: Match, { namespace, name }: ApiRequest['target']): Match {
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    matches(object);
}

class WatchStream {
  readonly #context: ApiContext;
  readonly #request: ApiRequest;
  readonly #response: ServerResponse;
  readonly #options: WatchOptions;
  readonly #stops: (() => void)[] = [];
  /** What was there at the start does not count: it cannot be sent in smaller pieces. */
  #maxUnread = maxUnreadBytes;
  #columnsSent = false;
  #ended = false;

  constructor(context: ApiContext, request: ApiRequest, parts: { response: ServerResponse; options: WatchOptions }) {
    this.#context = context;
    this.#request = request;
    this.#response = parts.response;
    this.#options = parts.options;
  }

  start(): void {
    const { store } = this.#context;
    const collection = collectionName(this.#request.target.type);
    const { after } = this.#options;
    const missed = after === 0 ? [] : store.eventsSince(after, collection);
    this.#response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    this.#response.flushHeaders();
    if (missed === undefined) {
      this.#write({ type: 'ERROR', object: failureStatus(tooOldRevision(after, store.oldest())) });
      this.end();
      return;
    }
    const present = after === 0 ? store.list(collection).filter(this.#options.matches) : [];
    for (const object of present) this.#send('ADDED', object);
    for (const event of missed) this.#deliver(event);
    this.#maxUnread += this.#response.writableLength;
    const unsubscribe = store.subscribe((event) => {
      if (event.collection === collection && event.revision > after) this.#deliverOrBreak(event);
    });
    this.#stops.push(unsubscribe);
    this.#schedule();
    this.#response.on('close', () => this.end());
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#response.end();
  }

  #schedule(): void {
    const { timeoutMs, bookmarks } = this.#options;
    const end = setTimeout(() => this.end(), timeoutMs);
    this.#stops.push(() => clearTimeout(end));
    if (!bookmarks) return;
    const every = setInterval(() => this.#bookmark(), bookmarkEveryMs);
    const last = setTimeout(() => this.#bookmark(), Math.max(0, timeoutMs - lastBookmarkBeforeEndMs));
    this.#stops.push(
      () => clearInterval(every),
      () => clearTimeout(last),
    );
  }

  /** An event that cannot be shown breaks the stream, so that the client lists again instead of missing it. */
  #deliverOrBreak(event: StoreEvent): void {
    try {
      this.#deliver(event);
    } catch (error) {
      this.#response.destroy();
      throw error;
    }
  }

  /** What the change is to this watcher: an object can come into its selection or leave it without being created or deleted. */
  #deliver(event: StoreEvent): void {
    const { matches } = this.#options;
    const was = event.previous !== undefined && matches(event.previous);
    const is = event.type !== 'DELETED' && matches(event.object);
    if (is) this.#send(was ? 'MODIFIED' : 'ADDED', event.object);
    else if (was) this.#send('DELETED', leaving(event));
    if (this.#response.writableLength > this.#maxUnread) this.#response.destroy();
  }

  #bookmark(): void {
    const { type } = this.#request.target;
    const metadata = { resourceVersion: String(this.#context.store.revision()), creationTimestamp: null };
    const object = { kind: type.kind, apiVersion: apiVersionOf(type), metadata } as unknown as ApiObject;
    this.#send('BOOKMARK', object);
  }

  #send(type: string, object: ApiObject): void {
    this.#write({ type, object: this.#withoutRepeatedColumns(render(this.#context, this.#request, object)) });
  }

  /** The columns of a table are sent with its first event alone, as kubectl expects. */
  #withoutRepeatedColumns(rendered: Json): Json {
    if (!isObject(rendered) || rendered.kind !== 'Table') return rendered;
    if (!this.#columnsSent) {
      this.#columnsSent = true;
      return rendered;
    }
    return { ...rendered, columnDefinitions: [] };
  }

  #write(line: Json): void {
    if (this.#ended) return;
    this.#response.write(`${JSON.stringify(line)}\n`);
  }
}

/** An object that leaves a selection is shown as it last was in it, with the revision of its leaving. */
function leaving(event: StoreEvent): ApiObject {
  if (event.previous === undefined) return event.object;
  return { ...event.previous, metadata: { ...event.previous.metadata, resourceVersion: String(event.revision) } };
}
