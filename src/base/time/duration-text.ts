/** `0.4 ms`, `12 ms`, `1.8 s`, `2 min 5 s`, `1 h 2 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const parts = [
    ['d', Math.floor(ms / 86_400_000)],
    ['h', Math.floor(ms / 3_600_000) % 24],
    ['min', Math.floor(ms / 60_000) % 60],
    ['s', Math.floor(ms / 1000) % 60],
  ] as const;
  const first = parts.findIndex(([, amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount} ${unit}`)
    .join(' ');
}
