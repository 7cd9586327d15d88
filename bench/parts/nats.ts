import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { NatsServer } from '../../spec/transports/nats/nats-server';
import { serverPath } from '../../spec/transports/nats/server-path';
import { type TimedRow, type TimedWork, againstTheClock } from '../harness/wall-clock';
import type { Measure } from '../harness/measure';
import type { Bench, Case, Part } from '../harness/part';
import { type Ask, asks, oneByOne } from '../workloads/asking';

const ECHO = actorId<any>('echo');
const SINK = actorId<any>('sink');
/** The last actor of the other process. */
const LAST = actorId<any>('crowd-999');

/** A server, and this process and another one on it. */
interface Ends {
  readonly connection: NatsConnection;
  readonly broker: DistributedMessageBroker;
  /** How many tells and bare messages the other process has counted. */
  counted(): Promise<{ readonly ours: number; readonly bare: number }>;
}

async function withEnds<T>(use: (ends: Ends) => Promise<T>): Promise<T> {
  const server = await NatsServer.start();
  const far = await startFar(server.url);
  const connection = await connect({ servers: server.url, noAsyncTraces: true });
  // The bare client has no window: with one, its floor would be another work.
  const broker = new DistributedMessageBroker(await natsTransport(connection), { logDeadLetters: false, window: 32_768 });
  await broker.ready;
  while (!broker.isRegistered(LAST)) await new Promise(setImmediate);
  const counted = async (): Promise<{ ours: number; bare: number }> => {
    const answer = once(far, 'message');
    far.send('count');
    return ((await answer) as [{ ours: number; bare: number }])[0];
  };
  try {
    return await use({ connection, broker, counted });
  } finally {
    far.kill('SIGKILL');
    await server.close();
  }
}

async function startFar(url: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../workloads/nats-far-side.ts', import.meta.url));
  const far = fork(program, [url], { execArgv: ['--import', 'tsx'] });
  await once(far, 'message');
  return far;
}

const ours =
  ({ broker }: Ends): Ask =>
  (n, end) =>
    void broker.send(ECHO, { n }, { timeout: 60_000 }).subscribe((reply: any) => end(reply.n as number));

const bare =
  ({ connection }: Ends): Ask =>
  (n, end) =>
    void connection.request('bare.echo', JSON.stringify({ n }), { timeout: 60_000 }).then((message) => end(message.json<{ n: number }>().n));

/** Sends without a reply, and waits until all have been counted. */
function tells(name: string, ends: Ends, side: 'ours' | 'bare', send: (n: number) => boolean, count: number): TimedWork {
  return {
    name,
    async time() {
      const before = (await ends.counted())[side];
      const startedAt = performance.now();
      for (let n = 0; n < count; n++) if (!send(n)) throw new Error(`${name}: message ${n} was refused`);
      while ((await ends.counted())[side] < before + count);
      return ((performance.now() - startedAt) * 1e6) / count;
    },
  };
}

function crowdOfOurs({ broker }: Ends): TimedWork {
  return {
    name: 'broadcast',
    time: () =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        let replies = 0;
        broker.broadcastFilter({ n: 1 }, (id: string) => id.startsWith('crowd-')).subscribe({
          next: () => replies++,
          error: reject,
          complete: () => (replies === 1000 ? resolve((performance.now() - startedAt) * 1e6) : reject(new Error(`${replies} replies`))),
        });
      }),
  };
}

function crowdOfBare({ connection }: Ends): TimedWork {
  return {
    name: 'publish and 1,000 answers',
    time: () =>
      new Promise((resolve) => {
        const startedAt = performance.now();
        let replies = 0;
        const subscription = connection.subscribe('bare.answers', {
          callback: (_error, message) => {
            message.json();
            if (++replies < 1000) return;
            subscription.unsubscribe();
            resolve((performance.now() - startedAt) * 1e6);
          },
        });
        connection.publish('bare.crowd', JSON.stringify({ n: 1 }), { reply: 'bare.answers' });
      }),
  };
}

/** Measures a row with both ends. Without a server there is no figure. */
function measured(rowOf: (ends: Ends) => TimedRow): Case {
  return async (bench: Bench): Promise<readonly Measure[]> => {
    if (serverPath === undefined) return [{ work: 'needs a NATS server', subject: 'rx-broker', value: undefined, unit: 'ns', note: 'bash .ci/nats-server.sh fetches one' }];
    return withEnds(async (ends) => [await againstTheClock(bench, rowOf(ends))]);
  };
}

function askRow(work: string, budget: string, workOf: (name: string, ask: Ask) => TimedWork): Case {
  return measured((ends) => ({ work, budget, ours: workOf('send', ours(ends)), floor: workOf('nats.request', bare(ends)) }));
}

export const nats: Part = {
  title: 'Over NATS',
  about: 'To an actor in another process; the floor is the bare client of NATS with JSON on both sides. Times that pass, not CPU times.',
  cases: {
    ask: askRow('ask, one at a time (p50)', 'NATS ask / nats.request', (name, ask) => oneByOne(name, ask, 300)),
    ask64: askRow('ask, 64 in flight', 'NATS ask, 64 in flight / nats.request', (name, ask) => asks(name, ask, 64, 5000)),
    ask1024: askRow('ask, 1,024 in flight', 'NATS ask, 1,024 in flight / nats.request', (name, ask) => asks(name, ask, 1024, 10_000)),
    tell: measured((ends) => ({
      work: 'tell',
      budget: 'NATS tell / publish',
      ours: tells('trySend', ends, 'ours', (n) => ends.broker.trySend(SINK, { n }).ok, 20_000),
      floor: tells('publish', ends, 'bare', (n) => (ends.connection.publish('bare.sink', JSON.stringify({ n })), true), 20_000),
    })),
    broadcast: measured((ends) => ({
      work: 'broadcast to 1,000 actors of another node',
      budget: 'NATS broadcast to 1,000 / publish and 1,000 answers',
      ours: crowdOfOurs(ends),
      floor: crowdOfBare(ends),
    })),
  },
};
