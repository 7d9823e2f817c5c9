import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricName, metricDescriptions } from './metric-table.js';

/** Makes the series of one process. With `collect` they are told anew at each scrape: what is gone goes by itself. */
export class Series {
  readonly registry = new Registry();

  gauge(name: MetricName, labelNames: readonly string[], collect?: (gauge: Gauge<string>) => void): Gauge<string> {
    const fill =
      collect === undefined
        ? {}
        : {
            collect(this: Gauge<string>) {
              this.reset();
              collect(this);
            },
          };
    return new Gauge({ name, help: metricDescriptions[name], labelNames: [...labelNames], registers: [this.registry], ...fill });
  }

  counter(name: MetricName, labelNames: readonly string[], collect?: (counter: Counter<string>) => void): Counter<string> {
    const fill =
      collect === undefined
        ? {}
        : {
            collect(this: Counter<string>) {
              this.reset();
              collect(this);
            },
          };
    return new Counter({
      name,
      help: metricDescriptions[name],
      labelNames: [...labelNames],
      registers: [this.registry],
      ...fill,
    });
  }

  histogram(name: MetricName, labelNames: readonly string[], buckets: number[]): Histogram<string> {
    return new Histogram({
      name,
      help: metricDescriptions[name],
      labelNames: [...labelNames],
      buckets,
      registers: [this.registry],
    });
  }
}
