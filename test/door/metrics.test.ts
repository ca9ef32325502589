/** What a scrape shows, and that docs/operate/monitor.md names it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DistributionCounter } from '../../src/base/measure/distribution.ts';
import type { DaemonStatus } from '../../src/door/daemon-status.ts';
import { openMetrics } from '../../src/door/metrics/metrics.ts';
import { FIGURES, HEALTHY } from './standing.ts';

const OF_THE_PORT = {
  refused: () => ({ host: 0, origin: 0, token: 0, role: 2 }),
  streams: () => ({ open: 3, cut: 2, missed: 1 }),
};

const scrape = async (standing: DaemonStatus) =>
  (await openMetrics(() => standing, OF_THE_PORT).metrics()).split('\n');

describe('/metrics', () => {
  test('shows the figures as they are', async () => {
    const lines = await scrape(HEALTHY);
    for (const line of [
      'lockstep_info{version="1.2.3",phase="running"} 1',
      'lockstep_threads_alive 5',
      'lockstep_threads_missing 0',
      'lockstep_thread_silent_seconds{thread="executor-1"} 0',
      'lockstep_thread_utilization_ratio{thread="executor-1"} 0.25',
      'lockstep_disk_free_bytes 1000000',
      'lockstep_accepting 1',
      'lockstep_figures_age_seconds 0.5',
      'lockstep_http_refused_total{reason="role"} 2',
      'lockstep_http_streams 3',
      'lockstep_http_streams_cut_total 2',
      'lockstep_http_events_missed_total 1',
      'lockstep_commands_open 7',
      'lockstep_commands_compensating 2',
      'lockstep_commands_stuck 1',
      'lockstep_lane_waiting{lane="interactive"} 3',
      'lockstep_lane_running{lane="bulk"} 1',
      'lockstep_answered_errors_total{code="busy"} 5',
      'lockstep_replies_dropped_total 4',
      'lockstep_clients_cut_total 6',
      'lockstep_journal_damaged_reads_total 7',
      'lockstep_node_calls_total{node="node01"} 9',
      'lockstep_node_running{node="node01"} 3',
      'lockstep_node_running_max{node="node01"} 32',
      'lockstep_node_latency_p50_seconds{node="node01"} 0.004',
      'lockstep_node_latency_p99_seconds{node="node01"} 0.25',
      'lockstep_node_answers_total{node="node01",kind="lost"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
  });

  test('shows durations in seconds, buckets added up, to the last', async () => {
    const lines = await scrape(HEALTHY);
    const name = 'lockstep_command_duration_seconds';
    const labels = 'op="create",lane="bulk",outcome="committed"';
    expect(lines.filter((line) => line.startsWith(`${name}_`))).toEqual([
      `${name}_bucket{le="0.001",${labels}} 1`,
      `${name}_bucket{le="0.01",${labels}} 3`,
      `${name}_bucket{le="0.1",${labels}} 3`,
      `${name}_bucket{le="+Inf",${labels}} 6`,
      `${name}_sum{${labels}} 1.234`,
      `${name}_count{${labels}} 6`,
    ]);
    expect(lines).toContain('lockstep_journal_commit_writes_bucket{le="10"} 5');
    expect(lines).toContain('lockstep_journal_commit_duration_seconds_count 5');
  });

  test('says why new commands are not taken in, the reasons of its own first', async () => {
    const sent = { reason: 'breaker', message: 'the breaker of node02 is open' } as const;
    const summary = { ...FIGURES.summary, accepting: false, refusal: sent };
    const down: DaemonStatus = {
      ...HEALTHY,
      figures: { latest: { ...FIGURES, summary }, ageMs: 0 },
    };
    const of = async (standing: DaemonStatus) =>
      (await scrape(standing)).filter((line) => line.startsWith('lockstep_accepting'));
    expect(await of(down)).toEqual(['lockstep_accepting{reason="breaker"} 0']);
    const full = { ...down, disk: { ...down.disk, isFull: true } };
    expect(await of(full)).toEqual(['lockstep_accepting{reason="disk"} 0']);
    const starting: DaemonStatus = { ...HEALTHY, phase: 'starting', figures: undefined };
    expect(await of(starting)).toEqual(['lockstep_accepting{reason="starting"} 0']);
    expect(await of({ ...full, phase: 'stopping' })).toEqual([
      'lockstep_accepting{reason="draining"} 0',
    ]);
  });

  test('says which nodes an operator has drained or retired', async () => {
    const stop = { since: '2026-11-23T05:00:00.000Z' };
    const { node01 } = FIGURES.summary.nodes;
    if (node01 === undefined) throw new Error('there is no node01');
    const nodes = { node01: { ...node01, drained: stop }, node02: { ...node01, retired: stop } };
    const latest = { ...FIGURES, summary: { ...FIGURES.summary, nodes } };
    const lines = await scrape({ ...HEALTHY, figures: { latest, ageMs: 0 } });
    expect(lines.filter((line) => /^lockstep_node_(drained|retired)/.test(line))).toEqual([
      'lockstep_node_drained{node="node01"} 1',
      'lockstep_node_drained{node="node02"} 0',
      'lockstep_node_retired{node="node01"} 0',
      'lockstep_node_retired{node="node02"} 1',
    ]);
  });

  test('counts do not grow by being looked at', async () => {
    const registry = openMetrics(() => HEALTHY, OF_THE_PORT);
    await registry.metrics();
    expect(await registry.metrics()).toContain('lockstep_replies_dropped_total 4');
  });

  test('shows what the door knows while there are no figures yet', async () => {
    const lines = await scrape({ ...HEALTHY, figures: undefined, phase: 'starting' });
    expect(lines).toContain('lockstep_threads_alive 5');
    expect(lines.filter((line) => /^lockstep_(commands|node|journal)/.test(line))).toEqual([]);
  });
});

describe('docs/operate/monitor.md', () => {
  const page = readFileSync(new URL('../../docs/operate/monitor.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(lockstep_\w+)` \| (.*?) \| (.*) \|$/gm)];

  test('has one row for each metric, with its labels, and none besides', () => {
    const own = openMetrics(() => HEALTHY, OF_THE_PORT)
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith('lockstep_'))
      .map((metric) => {
        const { labelNames } = metric as unknown as { readonly labelNames: readonly string[] };
        const labels = labelNames.map((label) => `\`${label}\``).join(' ');
        return [metric.name, labels || '–'];
      });
    expect(rows.map(([, name, labels]) => [name, labels])).toEqual(own);
  });
});

describe('a distribution', () => {
  test('counts each observation in its bucket, bounds inclusive, the rest beyond', () => {
    const counter = new DistributionCounter([1, 10]);
    for (const value of [0, 1, 1.5, 10, 10.5, 1e9]) counter.observe(value);
    expect(counter.counted).toEqual({ bounds: [1, 10], counts: [2, 2, 2], sum: 1e9 + 23 });
    expect(FIGURES.commitWrites.counts).toHaveLength(FIGURES.commitWrites.bounds.length + 1);
  });
});
