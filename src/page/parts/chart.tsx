/**
 * One figure over the last hour. The legend shows the latest values, or those under the pointer. Gaps are shown as gaps:
 * the daemon was away, or it had nothing to measure.
 */
import { useState } from 'preact/hooks';
import { hour } from '../data/hour.ts';
import { now } from '../data/live.ts';
import { clockText } from './time.tsx';

const MINUTE_MS = 60 * 1000;
/** The shortest that holds all steps: a young daemon is not shown as a dot at the edge. */
const WINDOWS_MIN = [5, 15, 30, 60];
const WIDTH = 720;
const HEIGHT = 100;
/** Two steps that are further apart are not joined. */
const GAP_STEPS = 3;

export interface Line {
  /** Of the series. */
  readonly name: string;
  readonly label: string;
  /** Of the colour, 1 to 6; tones have a meaning. */
  readonly color: 'c1' | 'c2' | 'c3' | 'c4' | 'c5' | 'c6' | 'good' | 'warn' | 'bad' | 'calm';
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** The top of the scale is at least this. */
  readonly least?: number;
  /** The scale counts in powers of 1024. */
  readonly isBytes?: boolean;
}

interface Point {
  readonly x: number;
  readonly value: number | null;
}

export function Chart({ title, lines, format, least = 1, isBytes = false }: ChartProps) {
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const { at, series, stepMs } = hour.value;
  const end = Math.max(at.at(-1) ?? 0, now.value);
  const minutes = WINDOWS_MIN.find((each) => end - (at[0] ?? end) <= each * MINUTE_MS) ?? 60;
  const windowMs = minutes * MINUTE_MS;
  const xOf = (ms: number): number => WIDTH * (1 - (end - ms) / windowMs);
  const values = lines.map(({ name }) => series[name] ?? []);
  const top = niceTop(Math.max(least, ...values.flat().map((value) => value ?? 0)), isBytes);
  const index = pointed === undefined ? at.length - 1 : nearest(at, end - windowMs * (1 - pointed));
  const read = (line: number): string => {
    const value = values[line]?.[index];
    return value === undefined || value === null ? '–' : format(value);
  };
  const shownAt = at[index];
  const follow = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    setPointed(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  const summary = lines.map(({ label }, line) => `${label} ${read(line)}`).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <dl class="legend">
          {lines.map(({ label, color }, line) => (
            <div key={label}>
              <dt class={`key ${color}`}>{label}</dt>
              <dd class="number">{read(line)}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <div class="plot" onPointerMove={follow} onPointerLeave={() => setPointed(undefined)}>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}, the last ${minutes} minutes. Now: ${summary}. The scale ends at ${format(top)}.`}
        >
          <path class="grid" d={`M0 ${HEIGHT / 2}H${WIDTH}M0 0.5H${WIDTH}`} />
          {lines.map(({ label, color }, line) => {
            const points = pointsOf(at, values[line] ?? [], xOf);
            const gap = (GAP_STEPS * stepMs * WIDTH) / windowMs;
            return (
              <g key={label} class={`line ${color}`}>
                <path d={pathOf(points, top, gap)} />
              </g>
            );
          })}
          {pointed !== undefined && shownAt !== undefined && (
            <path class="cursor" d={`M${xOf(shownAt).toFixed(1)} 0V${HEIGHT}`} />
          )}
        </svg>
        <span class="scale top">{format(top)}</span>
      </div>
      <p class="axis" aria-hidden="true">
        <span>{minutes === 60 ? '1 h' : `${minutes} min`} ago</span>
        <span>{pointed === undefined || shownAt === undefined ? 'now' : clockText(shownAt)}</span>
      </p>
    </figure>
  );
}

function pointsOf(
  at: readonly number[],
  values: readonly (number | null)[],
  xOf: (ms: number) => number,
): readonly Point[] {
  return at.map((ms, index) => ({ x: xOf(ms), value: values[index] ?? null }));
}

/** Parts of the line without a gap. */
function runsOf(points: readonly Point[], gap: number): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  let last: Point | undefined;
  for (const point of points) {
    if (point.value === null) last = undefined;
    else {
      if (last === undefined || point.x - last.x > gap) runs.push([]);
      runs.at(-1)?.push(point);
      last = point;
    }
  }
  return runs;
}

function pathOf(points: readonly Point[], top: number, gap: number): string {
  return runsOf(points, gap)
    .map(
      (run) =>
        `M${run.map((point) => placeOf(point, top)).join('L')}${run.length === 1 ? 'h1' : ''}`,
    )
    .join('');
}

function placeOf({ x, value }: Point, top: number): string {
  return `${x.toFixed(1)} ${yOf(value ?? 0, top).toFixed(1)}`;
}

function yOf(value: number, top: number): number {
  return HEIGHT - (HEIGHT - 2) * Math.min(1, value / top) - 1;
}

/** Few values: the scale does not jump with each step. */
function niceTop(value: number, isBytes: boolean): number {
  if (isBytes) return 2 ** Math.ceil(Math.log2(value));
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
  return factor * power;
}

function nearest(at: readonly number[], ms: number): number {
  const after = at.findIndex((each) => each >= ms);
  return after < 0 ? at.length - 1 : after;
}
