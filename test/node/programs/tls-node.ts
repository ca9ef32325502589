/** A node with TLS in a process of its own; each answer names its connection. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

const { KEY: key = '', CERT: cert = '' } = process.env;
let connections = 0;
const server = createServer({ key, cert }, (socket) => {
  const own = String(connections++);
  socket.on('error', () => socket.destroy());
  // Requests without a body, each in a record of its own.
  socket.on('data', () => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${own.length}\r\n\r\n${own}`);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
