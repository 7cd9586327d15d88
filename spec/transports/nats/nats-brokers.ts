import { type ConnectionOptions, type NatsConnection, connect } from '@nats-io/transport-node';
import type { ActorId, DeadLetter } from 'rx-broker';
import { DistributedMessageBroker, type DistributedOptions } from 'rx-broker/distributed';
import { type NatsTransportOptions, natsTransport } from 'rx-broker/transports/nats';
import { EventLog } from './event-log';
import { patient } from './nats-nodes';

/** A broker in this process, with what its nodes and its logger said. */
export interface TestBroker {
  readonly broker: DistributedMessageBroker;
  readonly connection: NatsConnection;
  /** How many dead letters there were for each reason. */
  readonly letters: Readonly<Partial<Record<DeadLetter['reason'], number>>>;
  /** The ids of all nodes, after each change. */
  readonly nodes: EventLog<readonly string[]>;
  readonly warnings: EventLog<string>;
}

/** How a broker of the specs joins. */
export interface Joining extends DistributedOptions {
  readonly nats?: NatsTransportOptions;
  readonly connection?: ConnectionOptions;
}

/** Brokers in this process, which `close` ends. */
export class NatsBrokers {
  readonly #made: TestBroker[] = [];

  /** A broker that has joined. */
  async join(servers: string | string[], { nats, connection: connecting, ...options }: Joining = {}): Promise<TestBroker> {
    const connection = await connect({ ...patient, servers, ...connecting });
    const warnings = new EventLog<string>();
    const logger = { warn: (text: string) => warnings.add(text), error: (text: string) => warnings.add(text) };
    const broker = new DistributedMessageBroker(await natsTransport(connection, nats), { logDeadLetters: false, logger, ...options });
    const letters: Partial<Record<DeadLetter['reason'], number>> = {};
    const nodes = new EventLog<readonly string[]>();
    broker.deadLetters$.subscribe(({ reason }) => (letters[reason] = (letters[reason] ?? 0) + 1));
    broker.nodes$.subscribe((all) => nodes.add(all.map(({ nodeId }) => nodeId)));
    const made = { broker, connection, letters, nodes, warnings };
    this.#made.push(made);
    await broker.ready;
    return made;
  }

  /** Brokers that have joined, and know one another. */
  async meet(count: number, servers: string | string[], joining: Joining = {}): Promise<readonly TestBroker[]> {
    const all: TestBroker[] = [];
    for (let i = 0; i < count; i++) all.push(await this.join(servers, joining));
    await Promise.all(all.map(({ nodes }) => nodes.until(() => nodes.all.at(-1)?.length === count)));
    return all;
  }

  async close(): Promise<void> {
    const made = this.#made.splice(0);
    await Promise.all(made.map(({ broker }) => broker.close({ drain: false })));
    await Promise.all(made.map(({ connection }) => connection.close()));
  }
}

/** Resolves when a broker knows the actor of another node, or knows that it is gone. */
export async function known(broker: DistributedMessageBroker, id: ActorId<any>, isThere = true): Promise<void> {
  if (broker.isRegistered(id) === isThere) return;
  const seen = new EventLog<boolean>();
  const subscription = broker.events$.subscribe(() => seen.add(broker.isRegistered(id) === isThere));
  // An event may be told before the registry is asked.
  await seen.until(() => broker.isRegistered(id) === isThere);
  subscription.unsubscribe();
}

/** Resolves when the client tells a status of this type. */
export async function statusOf(connection: NatsConnection, type: string): Promise<void> {
  for await (const status of connection.status()) if (status.type === type) return;
}
