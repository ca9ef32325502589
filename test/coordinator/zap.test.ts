import { expect, onTestFinished, test } from 'vitest';
import { Reply, Request } from 'zeromq';
import { ZapHandler } from '../../src/coordinator/sockets/zap.ts';
import type { Log } from '../../src/observe/log/log-port.ts';

test('who asks for another mechanism than NULL is refused by ZAP, and told in the log once', async () => {
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const reply = new Reply({ linger: 0 });
  onTestFinished(() => reply.close());
  const zap = new ZapHandler(reply, log);
  await zap.bind();
  void zap.answer();
  const libzmq = new Request({ linger: 0 });
  onTestFinished(() => libzmq.close());
  libzmq.connect('inproc://zeromq.zap.01');
  const verdicts: string[][] = [];
  for (const mechanism of ['NULL', 'PLAIN', 'PLAIN']) {
    await libzmq.send(['1.0', '7', 'lockstep', '127.0.0.1', '', mechanism]);
    verdicts.push((await libzmq.receive()).slice(0, 3).map(String));
  }
  expect(verdicts).toEqual([
    ['1.0', '7', '200'],
    ['1.0', '7', '400'],
    ['1.0', '7', '400'],
  ]);
  expect(warnings).toEqual([{ mechanism: 'PLAIN', address: '127.0.0.1', refused: 1 }]);
});
