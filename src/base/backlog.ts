/**
 * Connections that wait to be taken by a listening socket (`net.core.somaxconn` may allow fewer). Beyond it the kernel
 * drops what clients send to connect, and they try again a second later. 100, libzmq's own, and 511, Node's, are less
 * than what connects at once when a socket was closed and opened again.
 */
export const BACKLOG = 4096;
