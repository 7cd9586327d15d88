import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { NatsServer } from '../../spec/transports/nats/nats-server';

/** What a process at the other end is given: whether it has the actors that all ask, and which of the crowd it has. */
export interface FarOrder {
  readonly servers: string;
  readonly isFirst: boolean;
  readonly crowd: readonly number[];
}

/** How many tells and bare messages a process has counted. */
export interface FarCounts {
  readonly ours: number;
  readonly bare: number;
}
export type FarAnswer = FarCounts;
export type FarQuestion = { readonly kind: 'count' | 'spawn' | 'release'; readonly ids?: readonly string[] };

/** How many are in the crowd that a broadcast goes to. */
export const CROWD = 1000;

/** A server, and this process and others on it. */
export interface Ends {
  readonly url: string;
  readonly connection: NatsConnection;
  readonly broker: DistributedMessageBroker;
  /** How many tells and bare messages the first of the other processes has counted. */
  counted(): Promise<FarCounts>;
  /** Spawns actors in the first of the other processes, and resolves when it owns their ids. */
  spawn(ids: readonly string[]): Promise<void>;
  /** Ends the actors that were spawned last. */
  release(): Promise<void>;
}

/** Uses a server with so many other processes, which have the crowd in equal parts. */
export async function withEnds<T>(farCount: number, use: (ends: Ends) => Promise<T>): Promise<T> {
  const server = await NatsServer.start();
  const fars = await Promise.all(Array.from({ length: farCount }, (_, i) => startFar({ servers: server.url, isFirst: i === 0, crowd: partOf(i, farCount) })));
  const connection = await connect({ servers: server.url, noAsyncTraces: true });
  // The bare client has no window: with one, its floor would be another work. Two rounds of tells may follow each other before the receipts come.
  const broker = new DistributedMessageBroker(await natsTransport(connection), { logDeadLetters: false, window: 65_536 });
  await broker.ready;
  for (let index = 0; index < CROWD; index++) while (!broker.isRegistered(actorId(`crowd-${index}`))) await new Promise(setImmediate);
  const ask = async (question: FarQuestion): Promise<FarAnswer> => {
    const answer = once(fars[0]!, 'message');
    fars[0]!.send(question);
    return ((await answer) as [FarAnswer])[0];
  };
  try {
    return await use({
      ...{ url: server.url, connection, broker },
      counted: () => ask({ kind: 'count' }),
      spawn: async (ids) => void (await ask({ kind: 'spawn', ids })),
      release: async () => void (await ask({ kind: 'release' })),
    });
  } finally {
    for (const far of fars) far.kill('SIGKILL');
    await server.close();
  }
}

function partOf(index: number, count: number): readonly number[] {
  return Array.from({ length: CROWD / count }, (_, i) => index * (CROWD / count) + i);
}

async function startFar(order: FarOrder): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('nats-far-side.ts', import.meta.url));
  const far = fork(program, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
  await once(far, 'message');
  return far;
}
