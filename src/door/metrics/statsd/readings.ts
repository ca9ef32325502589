/** The metrics of a registry as plain numbers, one for each series. */
import type { MetricObjectWithValues, MetricValueWithName } from 'prom-client';
import type { Distribution } from '../../../base/measure/distribution.ts';

export type Labels = Readonly<Record<string, string | number>>;

interface Series {
  readonly name: string;
  readonly labels: Labels;
}

/** `total`: rises since the start of the process. `distribution`: counts by size, rising likewise. */
export type Reading =
  | (Series & { readonly kind: 'gauge'; readonly value: number })
  | (Series & { readonly kind: 'total'; readonly value: number })
  | (Series & { readonly kind: 'distribution' } & Distribution);

type Metric = MetricObjectWithValues<MetricValueWithName<string>>;

/** Facts in labels, with the value 1. */
const FACT = /_info$/;

export function* readingsOf(metrics: readonly Metric[]): Generator<Reading> {
  for (const { name, type, values } of metrics) {
    if (FACT.test(name)) continue;
    // The registry of prom-client has the names of its types in JSON.
    const kind = String(type);
    if (kind === 'histogram') yield* distributionsOf(name, values);
    if (kind !== 'gauge' && kind !== 'counter') continue;
    for (const { labels, value } of values) {
      if (!Number.isFinite(value)) continue;
      const reading = { name, labels: given(labels), value };
      yield kind === 'gauge' ? { ...reading, kind } : { ...reading, kind: 'total' };
    }
  }
}

/** One value for each bucket, and one for the sum, by series. */
function* distributionsOf(name: string, values: Metric['values']): Generator<Reading> {
  const series = new Map<string, MetricValueWithName<string>[]>();
  for (const value of values) {
    const { le: _, ...labels } = given(value.labels);
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), value]);
  }
  for (const [key, members] of series) {
    const buckets = members.filter(({ labels }) => given(labels)['le'] !== undefined);
    const bounds = buckets.map(({ labels }) => Number(given(labels)['le'])).filter(Number.isFinite);
    // The registry has them cumulative.
    const counts = buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0));
    const sum = members.find(({ metricName }) => metricName === `${name}_sum`)?.value ?? 0;
    yield { kind: 'distribution', name, labels: JSON.parse(key) as Labels, bounds, counts, sum };
  }
}

function given(labels: Partial<Record<string, string | number>>): Labels {
  const all = Object.entries(labels).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as Labels;
}
