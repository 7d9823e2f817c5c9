import type { Series } from './series.js';

/** What comes from code hosts and goes there, counted. Labels are from small closed sets, whatever strangers send. */
export class WebhookMetrics {
  readonly #requests;

  constructor(series: Series) {
    this.#requests = series.counter('towpath_webhook_requests_total', ['result', 'kind']);
  }

  received({ result, kind }: { readonly result: string; readonly kind: string }): void {
    this.#requests.inc({ result, kind });
  }
}
