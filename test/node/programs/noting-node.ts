/** A node at the address argv[2] that prints each request; with TLS if KEY and CERT are given. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const { KEY: key, CERT: cert } = process.env;
const listener: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    console.log(body.slice(0, 100));
    response.writeHead(201).end('CREATED');
  });
};
const server =
  key === undefined ? createServer(listener) : createTlsServer({ key, cert }, listener);
// As long as nginx does.
server.keepAliveTimeout = 75_000;
server.listen(0, process.argv[2], () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
