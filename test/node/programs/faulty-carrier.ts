/** Sends one request to the node at argv[2]; its handler has a bug in the method argv[3]. */
import { AfterPoll } from '../../../src/node/after-poll.ts';
import { Addresses } from '../../../src/node/http/addresses.ts';
import { Connection, type ResponseHandler } from '../../../src/node/http/connection.ts';

const [, , url = '', faulty] = process.argv;

process.on('uncaughtExceptionMonitor', (error) => {
  console.log(`uncaught: ${error.message}`);
});

function hear(method: keyof ResponseHandler): () => void {
  return () => {
    if (method === faulty) throw new Error(`a bug in ${method}`);
  };
}

new Connection({
  url: new URL(url),
  addresses: new Addresses(new URL(url)),
  connectTimeoutMs: 5000,
  afterPoll: new AfterPoll(),
}).carry('GET / HTTP/1.1\r\nhost: node\r\n\r\n', {
  answerBytesMax: 1024,
  onSent: hear('onSent'),
  onAnswer: hear('onAnswer'),
  onLost: hear('onLost'),
});
