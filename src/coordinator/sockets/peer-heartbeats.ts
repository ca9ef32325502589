/**
 * How the daemon's sockets notice that a peer has vanished (a pulled cable, a NAT that forgot, a killed
 * machine). ZeroMQ pings each connection every few seconds, and the I/O thread of the peer answers, however busy
 * its program is. Peers answer since ZMTP 3.1 (libzmq 4.2, 2016).
 */
export const LIVELINESS = {
  heartbeatInterval: 5_000,
  /** A connection without a byte for so long after a ping is closed. */
  heartbeatTimeout: 10_000,
  /** A connection without a greeting is closed after this time. */
  handshakeInterval: 2_000,
} as const;
