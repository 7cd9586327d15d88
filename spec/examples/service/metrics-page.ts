import type { RecordMetric } from '../production';

/** The newest value of every metric, written as Prometheus reads it. */
export class MetricsPage {
  readonly #values = new Map<string, number>();

  readonly record: RecordMetric = (name, value, labels = {}) => {
    const inBraces = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    this.#values.set(`rx_broker_${name}${inBraces.length > 0 ? `{${inBraces.join()}}` : ''}`, value);
  };

  get text(): string {
    return [...this.#values].map(([name, value]) => `${name} ${String(value)}\n`).join('');
  }
}
