import { connect } from '@nats-io/transport-node';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { type DepotCounts, openDepot } from './depot';
import { Journal } from './journal';
import type { DepotName } from './messages';

/** What the process of a depot is given. */
export interface DepotOrder {
  readonly name: DepotName;
  /** The name of this process: a depot that returns is another one. */
  readonly label: string;
  readonly servers: string;
  /** The path of its journal. */
  readonly journal: string;
}

/** What the process of a depot says of itself, every `NEWS` milliseconds. */
export interface DepotNews extends DepotCounts {
  /** The milliseconds of the slowest answer since the last news. */
  readonly slowest: number;
  /** The labels of the nodes that it knows, its own among them. */
  readonly nodes: readonly string[];
}

/** What the process of a depot tells. */
export type DepotSays = { readonly kind: 'open' | 'stopped' } | { readonly kind: 'news'; readonly news: DepotNews };
/** What it is told: to send parcels, to send no more, and to leave. */
export type DepotHears = 'begin' | 'stop' | 'leave';

const NEWS = 100;
/** Milliseconds between two attempts to reach the server again. */
const AGAIN = 100;

async function main({ name, label, servers, journal }: DepotOrder): Promise<void> {
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: AGAIN, reconnectJitter: 0, noAsyncTraces: true });
  const broker = new DistributedMessageBroker(await natsTransport(connection, { namespace: 'depots', name: label }), { name: label, logDeadLetters: false });
  await broker.ready;
  const depot = await openDepot(broker, name, label, new Journal(journal));

  let nodes: readonly string[] = [];
  broker.nodes$.subscribe((all) => (nodes = all.map((node) => node.name)));
  const news = setInterval(() => say({ kind: 'news', news: { ...depot.counts(), slowest: depot.takeSlowest(), nodes } }), NEWS);
  say({ kind: 'open' });

  process.on('message', (heard: DepotHears) => {
    if (heard === 'begin') depot.begin();
    else if (heard === 'stop') void depot.stop().then(() => say({ kind: 'stopped' }));
    else void leave();
  });

  async function leave(): Promise<void> {
    clearInterval(news);
    await broker.close();
    await connection.close();
    process.disconnect();
  }
}

function say(said: DepotSays): void {
  process.send?.(said);
}

// The process that shows the cluster decides when this one ends: Ctrl-C goes to all of them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());

await main(JSON.parse(process.argv[2] ?? '{}') as DepotOrder);
