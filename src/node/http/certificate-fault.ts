/**
 * Failed checks of a node's certificate, in words that name the setting to look at. The text of Node.js advises options
 * of its own command line.
 */

export interface CertificateFault {
  readonly words: string;
  /** The setting below `nodes.NAME`; absent: none helps. */
  readonly setting?: 'tls.ca' | 'tls.serverName';
}

const UNTRUSTED: CertificateFault = {
  words: "the authority of the node's certificate is not trusted",
  setting: 'tls.ca',
};

const BY_CODE: Readonly<Record<string, CertificateFault>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    words: "the node's certificate is for another host",
    setting: 'tls.serverName',
  },
  CERT_HAS_EXPIRED: { words: "the node's certificate has expired" },
  CERT_NOT_YET_VALID: { words: "the node's certificate is not valid yet: check the clocks" },
};

/** By the `code` of the error; undefined: it is another failure. */
export function certificateFault(code: string | undefined): CertificateFault | undefined {
  return code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}
