/** What a client shows the daemon: its key for CURVE, and its token. */
import { type ClientKey, clientKeyFault, readClientKey } from '../../clients/client-key.ts';
import type { TokenSource } from '../authenticator.ts';
import { ClientError } from '../errors.ts';
import type { ClientOptions } from '../options.ts';

/** Options of a ZeroMQ socket. */
export interface CurveOptions {
  readonly curveServerKey: string;
  readonly curvePublicKey: string;
  readonly curveSecretKey: string;
}

export interface Security {
  /** Undefined: the connection is plain. */
  readonly curve: CurveOptions | undefined;
  readonly token: TokenSource;
}

/** @throws ClientError `bad_key` */
export function securityOf(options: ClientOptions, endpoint: string): Security {
  const { keyFile, serverKey, curve, token } = options;
  const fail = (message: string): never => {
    throw new ClientError('bad_key', { message, endpoint });
  };
  if (keyFile !== undefined) {
    if (serverKey !== undefined || curve !== undefined) {
      fail('keyFile replaces serverKey and curve: give one of them');
    }
    const read = readClientKey(keyFile);
    if (!read.ok) {
      const { message, hint } = read.fault;
      return fail(hint === undefined ? message : `${message}; ${hint}`);
    }
    return { curve: curveOptions(read.key), token: token ?? read.key.token };
  }
  if (serverKey === undefined && curve === undefined) return { curve: undefined, token };
  const key = { serverKey: serverKey ?? '', ...(curve ?? { publicKey: '', secretKey: '' }) };
  const fault = clientKeyFault(key);
  if (fault !== undefined) fail(`the keys cannot be used: ${fault}`);
  return { curve: curveOptions(key), token };
}

function curveOptions({ publicKey, secretKey, serverKey }: ClientKey): CurveOptions {
  return { curveServerKey: serverKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}
