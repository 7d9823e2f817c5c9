import type { Series } from './series.js';

/** What comes from code hosts and goes there, counted. Labels are from small closed sets, whatever strangers send. */
export class WebhookMetrics {
  readonly #received;
  readonly #asked;

  constructor(series: Series) {
    this.#received = series.counter('towpath_webhook_requests_total', ['result', 'kind']);
    this.#asked = series.counter('towpath_forge_requests_total', ['source', 'operation', 'code']);
  }

  received({ result, kind }: { readonly result: string; readonly kind: string }): void {
    this.#received.inc({ result, kind });
  }

  /** A request to the code host of a source. */
  asked(source: string, { operation, code }: { readonly operation: string; readonly code: string }): void {
    this.#asked.inc({ source, operation, code });
  }
}
