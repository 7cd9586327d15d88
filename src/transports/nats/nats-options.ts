import { type Check, checkPositiveInteger, type Checks, refuse, resolveOptions } from '../../failure/check';

/** Options of `natsTransport`. */
export interface NatsTransportOptions {
  /**
   * Milliseconds for which this node counts as alive without a sign of life, in whole seconds from 3,000. It is renewed five times in this
   * time. All nodes of a namespace may have different ones. It should be longer than a failover of the server's cluster, which takes up to 7
   * seconds. By default 10,000.
   */
  readonly lease?: number;
  /** On how many servers the claims and the leases are stored, 1 to 5. By default 3 in a cluster of servers, else 1. Only the first node of a namespace decides it. */
  readonly replicas?: number;
  /**
   * The name of the application: up to 64 letters, digits, `-` and `_`. Nodes of different namespaces know nothing of one another. It is also the name of
   * the key-value bucket. By default `rx-broker`.
   */
  readonly namespace?: string;
  /** What the id of this node begins with: up to 64 letters, digits, `-` and `_`. Several nodes may have one name. By default `node`. */
  readonly name?: string;
}

/** All options, checked. */
export interface NatsSettings {
  readonly lease: number;
  readonly replicas: number;
  readonly namespace: string;
  readonly name: string;
}

const SECOND = 1000;
const SHORTEST_LEASE = 3 * SECOND;

/** The server counts the time of a key in whole seconds: a lease of other milliseconds would end there before it ends here. */
const checkLease: Check = (value, name) => {
  const isFine = typeof value === 'number' && value >= SHORTEST_LEASE && Number.isFinite(value) && value % SECOND === 0;
  if (!isFine) refuse(`${name} must be whole seconds in milliseconds, from ${SHORTEST_LEASE}`, value, RangeError);
};

const checkReplicas: Check = (value, name) => {
  checkPositiveInteger(value, name);
  if ((value as number) > 5) refuse(`${name} must be 1 to 5`, value, RangeError);
};

const checkToken: Check = (value, name) => {
  if (typeof value !== 'string' || !/^[\w-]{1,64}$/.test(value)) refuse(`${name} must be 1 to 64 letters, digits, '-' and '_'`, value);
};

const CHECKS: Checks<NatsSettings> = { lease: checkLease, replicas: checkReplicas, namespace: checkToken, name: checkToken };

/** @throws {TypeError} for an unknown option, and {RangeError} for a value that is out of its range. */
export function natsSettings(options: NatsTransportOptions | undefined, isCluster: boolean): NatsSettings {
  return resolveOptions<NatsSettings>(options, CHECKS, { lease: 10 * SECOND, replicas: isCluster ? 3 : 1, namespace: 'rx-broker', name: 'node' });
}
