/** The last hour of one series in a table: its shape alone; the figure stands beside it. */
import { hour } from '../data/hour.ts';

const WIDTH = 120;
const HEIGHT = 24;
const POINTS = 120;
/** A young daemon is not shown as a dot at the edge. */
const POINTS_MIN = 60;

interface SparkProps {
  readonly name: string;
  readonly tone: 'good' | 'bad';
}

export function Spark({ name, tone }: SparkProps) {
  const values = (hour.value.series[name] ?? []).map((value) => value ?? 0);
  const size = Math.max(1, Math.ceil(values.length / POINTS));
  const shown = Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    Math.max(...values.slice(index * size, (index + 1) * size)),
  );
  const top = Math.max(1, ...shown);
  const step = WIDTH / Math.max(POINTS_MIN, shown.length);
  const from = WIDTH - shown.length * step;
  const points = shown.map(
    (value, index) =>
      `${(from + index * step).toFixed(1)} ${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`,
  );
  return (
    <svg class={`spark line ${tone}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {points.length > 1 && <path d={`M${points.join('L')}`} />}
    </svg>
  );
}
