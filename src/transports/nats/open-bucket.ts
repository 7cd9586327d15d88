import type { NatsConnection } from '@nats-io/nats-core';
import { Kvm, type KvStatus } from '@nats-io/kv';
import { deniedSubject, isTemporary } from './nats-failure';
import type { NatsSettings } from './nats-options';
import { patiently } from './patiently';
import { Subjects } from './subjects';

/** How long a mark of a key whose time is over stays, in milliseconds. */
const MARK = 60_000;

/**
 * Opens the bucket of the namespace, or makes it.
 *
 * @throws {Error} if the server is too old, has no JetStream, does not end keys after their own time, or refuses the bucket.
 */
export async function openBucket(connection: NatsConnection, settings: NatsSettings, replicas: number | undefined): Promise<void> {
  const status = await bucketStatus(connection, settings);
  if (status.markerTTL === 0) {
    throw new Error(
      `the key-value bucket '${settings.namespace}' does not end keys after their own time: ` +
        `it was made by something else, or by a server before 2.11 (this one is ${connection.info?.version ?? 'unknown'}); choose another namespace or delete the bucket`,
    );
  }
  if (replicas !== undefined && status.replicas !== replicas) {
    throw new Error(`the key-value bucket '${settings.namespace}' has replicas: ${status.replicas}, and this node asks for ${replicas}; the first node of a namespace decides it`);
  }
}

async function bucketStatus(connection: NatsConnection, settings: NatsSettings): Promise<KvStatus> {
  checkVersion(connection);
  const options = { replicas: settings.replicas, history: 1, storage: 'file' as const, markerTTL: MARK };
  const open = async (): Promise<KvStatus> => (await new Kvm(connection).create(settings.namespace, options)).status();
  // A server that has JetStream may still read its files, elect a leader, wait for the others of its cluster, or make the bucket for another node.
  const mayPass = (error: unknown): boolean => mayBePassing(error) && connection.info?.jetstream === true;
  return patiently(open, { mayPass }).catch((error: unknown) => {
    throw explained(error, settings);
  });
}

/** The codes for too few servers in a cluster, and for a stream that another client has just made. */
const PASSING: readonly unknown[] = [10005, 10058];

function mayBePassing(error: unknown): boolean {
  return isTemporary(error) || PASSING.includes((error as { code?: unknown }).code);
}

function checkVersion(connection: NatsConnection): void {
  const version = connection.info?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version !== '' && (major < 2 || (major === 2 && minor < 11))) {
    throw new Error(`natsTransport needs a NATS server from 2.11, which ends each key after its own time; this one is ${version}`);
  }
}

function explained(error: unknown, { namespace, replicas }: NatsSettings): Error {
  const denied = deniedSubject(error);
  const { name, message = String(error) } = error as { name?: unknown; message?: string };
  if (denied !== undefined) return new Error(`the NATS server does not let this client use '${denied}', which the namespace '${namespace}' needs${hintFor(denied, namespace)}`, { cause: error });
  if (name === 'JetStreamNotEnabled') return new Error('the NATS server has no JetStream for this account, and the claims of actors are kept there: start it with `-js`', { cause: error });
  return new Error(`the key-value bucket '${namespace}' with replicas: ${replicas} could not be opened: ${message}`, { cause: error });
}

/** Replies come to a subject of the client's own choice. One outside of the namespace shows that it was not told where they may come. */
function hintFor(denied: string, namespace: string): string {
  return new Subjects(namespace).has(denied) ? '' : `; connect with inboxPrefix: '${namespace}.reply'`;
}
