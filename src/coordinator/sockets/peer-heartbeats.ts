/**
 * How the daemon's sockets notice that a peer has vanished without a word (a pulled cable, a NAT that
 * forgot, a machine that was killed): ZeroMQ asks each connection every few seconds, and its own I/O thread at
 * the other end answers, however busy the program there is. Peers have answered since ZMTP 3.1 (libzmq 4.2,
 * 2016).
 */
export const LIVELINESS = {
  heartbeatInterval: 5_000,
  /** Without a byte of the peer for so long after it was asked, the connection is closed. */
  heartbeatTimeout: 10_000,
  /** A connection that does not greet is closed after this. */
  handshakeInterval: 10_000,
} as const;
