/** A peer that greets the socket at the endpoint of argument 1, and says `in` when it is let in. */
import { ZmtpPeer } from '../../support/zmtp-peer.ts';

const peer = new ZmtpPeer(process.argv[2] ?? '', 'DEALER');
await peer.ready;
console.log('in');
await peer.closed;
