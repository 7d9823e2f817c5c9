import type { SinkAge } from './samples.js';
import type { Series } from './series.js';

/** What is counted of messages, and how long the oldest that waits has been waiting. */
export function addNotificationMetrics(series: Series, oldest: () => readonly SinkAge[]): (sink: string, result: string) => void {
  const messages = series.counter('towpath_notifications_total', ['sink', 'result']);
  series.gauge('towpath_notification_oldest_undelivered_seconds', ['sink'], (gauge) => {
    for (const { sink, ms } of oldest()) gauge.set({ sink }, ms / 1000);
  });
  return (sink, result) => messages.inc({ sink, result });
}
