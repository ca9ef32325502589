/**
 * How the daemon's sockets notice that a peer has vanished (a pulled cable, a NAT that forgot, a killed machine): TCP
 * asks its system.
 *
 * Heartbeats of ZeroMQ would ask its program, but libzmq 4.3.5 aborts the process when it sends one to a peer that has
 * reset its connection while more of its messages had arrived than were read (decision 057).
 */
export const LIVELINESS = {
  /** Seconds of silence until the system of the peer is asked, and between two such questions. */
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 5,
  tcpKeepaliveInterval: 5,
  /** Questions without an answer. */
  tcpKeepaliveCount: 2,
  /** The same for bytes that it does not confirm. */
  tcpMaxRetransmitTimeout: 15_000,
  /** A connection without a greeting is closed after this time. */
  handshakeInterval: 2_000,
} as const;
