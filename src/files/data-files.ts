/** Names of files in the data folder that other programs than the daemon read. */

/** The operators' address, on the daemon's own machine: `http://127.0.0.1:5580`. */
export const OPS_URL_FILE = 'ops-url';
/** The token of the operators' port while there is no list of clients. */
export const OPS_TOKEN_FILE = 'ops-token';
