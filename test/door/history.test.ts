/** The last hour that the daemon keeps for the live page. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { quantile } from '../../src/base/measure/distribution.ts';
import { ClientList, NO_CLIENTS } from '../../src/clients/client-list.ts';
import { FigureStreams } from '../../src/door/history/figure-streams.ts';
import { History } from '../../src/door/history/history.ts';
import { type HistorySample, historyStep } from '../../src/door/history/step.ts';
import { startServer } from '../../src/door/server.ts';
import { hour, takeHour } from '../../src/page/data/hour.ts';
import { knownClient } from '../clients/support.ts';
import { freePorts } from '../support/free-ports.ts';
import { FIGURES, HEALTHY, opsOptions } from './standing.ts';

describe('the ring', () => {
  it('keeps 720 steps of each series, and gives those after a number', () => {
    const history = new History(1000);
    for (let step = 0; step < 800; step++) history.add(step, new Map([['open', step]]));
    const all = history.since(0);
    expect(all).toMatchObject({ stepMs: 5000, begunAt: 1000, next: 800 });
    expect(all.at).toHaveLength(720);
    expect(all.series['open']?.[0]).toBe(80);
    expect(all.series['open']?.at(-1)).toBe(799);
    expect(history.since(798)).toMatchObject({ at: [798, 799], series: { open: [798, 799] } });
    expect(history.since(800).at).toEqual([]);
  });

  it('shows a value that is missing as null, also in a slot that had one an hour ago', () => {
    const history = new History(0);
    history.add(
      1,
      new Map([
        ['open', 5],
        ['stuck', 1],
      ]),
    );
    for (let step = 0; step < 720; step++) history.add(step, new Map([['open', 6]]));
    expect(history.since(0).series['open']).toHaveLength(720);
    expect(history.since(0).series).not.toHaveProperty('stuck');
    history.add(2, new Map([['p99Ms', Number.NaN]]));
    expect(history.since(720).series).toMatchObject({ open: [6, null] });
  });

  it('keeps at most 512 series (P9)', () => {
    const history = new History(0);
    history.add(1, new Map(Array.from({ length: 600 }, (_, index) => [`calls.${index}`, index])));
    expect(Object.keys(history.since(0).series)).toHaveLength(512);
  });

  it('gives everything to a page that knows a later number: the daemon has restarted', () => {
    const history = new History(0);
    history.add(1, new Map([['open', 5]]));
    const { json, isWhole } = history.text(700);
    expect(JSON.parse(String(json))).toMatchObject({ at: [1], series: { open: [5] } });
    expect(isWhole).toBe(true);
  });

  it('P9: writes the whole hour once a step, and a few steps each time', () => {
    const history = new History(0);
    for (let step = 0; step < 100; step++) history.add(step, new Map([['open', step]]));
    const { json } = history.text(0);
    expect(history.text(0).json).toBe(json);
    expect(history.text(39).json).toBe(json);
    expect(JSON.parse(String(history.text(40).json))).toMatchObject({ at: { length: 60 } });
    expect(history.text(99).isWhole).toBe(false);
    history.add(100, new Map([['open', 100]]));
    expect(JSON.parse(String(history.text(0).json))).toMatchObject({ next: 101 });
  });
});

describe('a step', () => {
  const first: HistorySample = {
    at: 0,
    status: HEALTHY,
    memoryBytes: 7,
    memoryLimitBytes: 8,
    journalBytes: undefined,
  };
  const later = (figures: typeof FIGURES, ageMs = 500): HistorySample => ({
    ...first,
    at: 5000,
    status: { ...HEALTHY, figures: { latest: figures, ageMs } },
  });

  it('has the state now, and changes by second', () => {
    const { summary, commitDurations } = FIGURES;
    const { node01 } = summary.nodes;
    const now = historyStep(
      later({
        ...FIGURES,
        summary: {
          ...summary,
          settled: { committed: 13, refused: 5 },
          nodes: { node01: { ...node01!, calls: 19, answers: { applied: 13, lost: 6 } } },
        },
        commitDurations: { ...commitDurations, counts: [14, 0, 1], sum: 44 },
      }),
      first,
    );
    expect(Object.fromEntries(now)).toMatchObject({
      open: 7,
      stuck: 1,
      'waiting.bulk': 2,
      'load.main': 0.25,
      memoryBytes: 7,
      'settled.committed': 2,
      'settled.refused': 1,
      'calls.node01': 2,
      'failed.node01': 1,
      commitMs: 2,
    });
    expect(now.has('journalBytes')).toBe(false);
    expect(now.has('p50Ms')).toBe(false);
  });

  it('has no rates at first, and nothing of a coordinator that has not answered for five seconds', () => {
    expect(historyStep(later(FIGURES), undefined).has('settled.committed')).toBe(false);
    const silent = historyStep(later(FIGURES, 6000), first);
    expect(silent.has('open')).toBe(false);
    expect(silent.has('load.main')).toBe(true);
  });
});

describe('a quantile of counted values', () => {
  const of = (counts: readonly number[]) => ({ bounds: [1, 10, 100], counts, sum: 0 });

  it.each([
    [[0, 0, 0, 0], undefined],
    [[10, 0, 0, 0], 0.5],
    [[0, 10, 0, 0], 5.5],
    [[5, 5, 0, 0], 1],
    [[0, 0, 0, 10], 100],
    [[1, 1, 0, 0], 1],
  ])('of %j is %s at one half', (counts, value) => {
    expect(quantile(of(counts), 0.5)).toBe(value);
  });
});

describe('GET /v1/history', () => {
  const ann = knownClient('ann', 'read');

  async function start(history: History) {
    const [port = 0] = await freePorts(1);
    const clients = () => new ClientList([ann.client]);
    const server = await startServer(opsOptions({ port, history, clients }));
    onTestFinished(() => server.close());
    const headers = { authorization: `Bearer ${ann.token}` };
    return (query = '') => fetch(`http://127.0.0.1:${port}/v1/history${query}`, { headers });
  }

  it('has the steps and the present state; a page that was away joins them without repeats', async () => {
    const history = new History(7);
    history.add(0, new Map([['open', 0]]));
    const get = await start(history);
    const take = async (query = '') => {
      const answer = (await (await get(query)).json()) as Parameters<typeof takeHour>[0];
      takeHour(answer);
      return answer;
    };
    const first = await take();
    expect(first).toMatchObject({ now: { status: FIGURES.summary }, at: [0], next: 1 });
    for (let step = 1; step < 100; step++) history.add(step, new Map([['open', step]]));
    expect((await take('?after=1')).at).toHaveLength(100);
    expect(hour.value.at).toEqual(Array.from({ length: 100 }, (_, step) => step));
    expect(hour.value.series['open']).toEqual(hour.value.at);
    history.add(100, new Map([['open', 100]]));
    expect((await take('?after=100')).at).toEqual([100]);
    expect(hour.value.series['open']).toHaveLength(101);
  });

  it('tells who accepts events of each new state, until the client leaves the list', async () => {
    const [port = 0] = await freePorts(1);
    let list = new ClientList([ann.client]);
    const figureStreams = new FigureStreams();
    const server = await startServer(opsOptions({ port, figureStreams, clients: () => list }));
    onTestFinished(() => server.close());
    const headers = { authorization: `Bearer ${ann.token}`, accept: 'text/event-stream' };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/history`, { headers });
    expect(answer.headers.get('content-type')).toMatch('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async (): Promise<string> => (await reader.read()).value ?? '';
    expect(await next()).toContain('retry:');
    figureStreams.notify();
    expect(await next()).toBe('event: figures\ndata: {}\n\n');
    list = NO_CLIENTS;
    figureStreams.review();
    await expect(next()).rejects.toThrow();
  });

  it('P9: listeners hold the places of those that hear events, half of them for one client', async () => {
    const [port = 0] = await freePorts(1);
    const clients = () => new ClientList([ann.client]);
    const server = await startServer(opsOptions({ port, clients }));
    onTestFinished(() => server.close());
    const headers = { authorization: `Bearer ${ann.token}`, accept: 'text/event-stream' };
    const statuses: number[] = [];
    while (statuses.at(-1) !== 503 && statuses.at(-1) !== 429 && statuses.length < 100) {
      statuses.push((await fetch(`http://127.0.0.1:${port}/v1/history`, { headers })).status);
    }
    expect(statuses).toEqual([...Array(32).fill(200), 429]);
  });

  it.each([
    ['?before=1', 'before'],
    ['?after=x', 'after'],
  ])('P10: %s names the wrong parameter', async (query, field) => {
    const answer = await (await start(new History(0)))(query);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { field } }]);
  });
});
