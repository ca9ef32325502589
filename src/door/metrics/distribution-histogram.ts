/** A Prometheus histogram of observations that were already counted into buckets. */
import {
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';
import type { Distribution } from '../../base/measure/distribution.ts';

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /**
   * Divisor from the unit of the observations to that of the metric: 1000 turns ms into seconds.
   */
  readonly divisor: number;
  readonly read: () => readonly { readonly labels: object; readonly of: Distribution }[];
}

type Values = MetricObjectWithValues<MetricValueWithName<string>>;

export class DistributionHistogram extends Histogram {
  readonly #options: HistogramOptions;

  constructor(registry: Registry, options: HistogramOptions) {
    const { name, help, labels = [] } = options;
    super({ name, help, labelNames: [...labels], registers: [registry] });
    this.#options = options;
  }

  /** The output for a scrape. */
  async getForPromString(): Promise<Values> {
    return this.get();
  }

  override async get(): Promise<Values> {
    const { name, help, read } = this.#options;
    const values = read().flatMap(({ labels, of }) => this.#series(labels, of));
    // The type asks for the name of an enum and for `collect`; the registry reads neither.
    return { name, help, type: 'histogram', values, aggregator: 'sum' } as unknown as Values;
  }

  #series(labels: object, { bounds, counts, sum }: Distribution): MetricValueWithName<string>[] {
    const { name, divisor } = this.#options;
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const bound = bounds[index];
      const le = bound === undefined ? '+Inf' : bound / divisor;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: { ...labels }, value: sum / divisor },
      { metricName: `${name}_count`, labels: { ...labels }, value: total },
    ];
  }
}
