/** Surveys that hold records and cannot end. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';

test('P6: surveys that cannot end do not hold up the deletes of other keys', async () => {
  const bench = new Bench(undefined, { heldBytesMax: 5050 });
  for (const [name, node] of Object.entries(bench.nodes)) {
    for (let seq = 1; seq <= 3; seq++) {
      node.records.set(String(seq), { token: '1.5', body: `${name} ${seq} ${'x'.repeat(1000)}` });
    }
  }
  const node = bench.node('node03');
  const real = node.exchange.bind(node);
  const unread: typeof node.exchange = (request, subject, done) => {
    if (subject.groupId === '3') return real(request, subject, done);
    bench.clock.at(bench.clock.now() + 1, () =>
      done({ kind: 'unreadable', detail: '503' }, 'none', 1),
    );
    return { abort: () => undefined };
  };
  Object.assign(node, { exchange: unread });
  const deadlineAt = bench.clock.now() + 86_400_000;
  for (const seq of [1, 2])
    bench.drive(bench.command(seq, { op: 'delete', deadlineAt }), { entries: [] });
  await bench.advance(1000);
  bench.drive(bench.command(3, { op: 'delete', deadlineAt }), { entries: [] });
  await bench.advance(60_000);
  expect(bench.reportsOf('entries').map(({ seq }) => seq)).toContain(3);
});
