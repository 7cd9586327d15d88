import { actorId } from 'rx-broker';
import { heapUsed } from '../harness/retained';
import { type TimedRow, type TimedWork, againstTheClock } from '../harness/wall-clock';
import type { Measure } from '../harness/measure';
import type { Bench, Case, Part } from '../harness/part';
import { serverPath } from '../../spec/transports/nats/server-path';
import { type Ask, asks, oneByOne, tells } from '../workloads/asking';
import { claimsOfBare, claimsOfOurs } from '../workloads/nats-claims';
import { CROWD, type Ends, withEnds } from '../workloads/nats-ends';

const ECHO = actorId<any>('echo');
const SINK = actorId<any>('sink');
/** The sum of all answers of the crowd to 1: its members answer with a number of their own more. */
const SUM = CROWD + (CROWD * (CROWD - 1)) / 2;
const REMOTE = 10_000;

export const ours =
  ({ broker }: Ends): Ask =>
  (n, end) =>
    void broker.send(ECHO, { n }, { timeout: 60_000 }).subscribe((reply: any) => end(reply.n as number));

const bare =
  ({ connection }: Ends): Ask =>
  (n, end) =>
    void connection.request('bare.echo', JSON.stringify({ n }), { timeout: 60_000 }).then((message) => end(message.json<{ n: number }>().n));

function crowdOfOurs({ broker }: Ends): TimedWork {
  return {
    name: 'broadcast',
    time: () =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        let [replies, sum] = [0, 0];
        broker.broadcastFilter({ n: 1 }, (id: string) => id.startsWith('crowd-')).subscribe({
          next: (result: any) => {
            replies++;
            sum += result.value.n as number;
          },
          error: reject,
          complete: () => (replies === CROWD && sum === SUM ? resolve((performance.now() - startedAt) * 1e6) : reject(new Error(`${replies} replies, ${sum} in all`))),
        });
      }),
  };
}

function crowdOfBare({ connection }: Ends): TimedWork {
  return {
    name: 'publish and 1,000 answers',
    time: () =>
      new Promise((resolve, reject) => {
        let [replies, sum] = [0, 0];
        const subscription = connection.subscribe('bare.answers', {
          callback: (_error, message) => {
            sum += message.json<{ n: number }>().n;
            if (++replies < CROWD) return;
            subscription.unsubscribe();
            if (sum === SUM) resolve((performance.now() - startedAt) * 1e6);
            else reject(new Error(`${replies} replies, ${sum} in all`));
          },
        });
        const startedAt = performance.now();
        connection.publish('bare.crowd', JSON.stringify({ n: 1 }), { reply: 'bare.answers' });
      }),
  };
}

/** The bytes on this node's heap of an actor that another node has. */
async function bytesOfRemoteActor({ broker, spawn, release }: Ends): Promise<number> {
  const before = broker.registeredCount();
  const known = async (count: number): Promise<void> => {
    while (broker.registeredCount() !== before + count) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const remote = (name: string): readonly string[] => Array.from({ length: REMOTE }, (_, i) => `${name}-${i}`);
  // The first time also makes compiled code and tables, which stay.
  await spawn(remote('first'));
  await known(REMOTE);
  await release();
  await known(0);
  const ids = remote('again');
  const empty = heapUsed();
  await spawn(ids);
  await known(REMOTE);
  const bytes = heapUsed() - empty;
  if (!ids.every((id) => broker.isRegistered(actorId(id)))) throw new Error('Not all are known.');
  return bytes / REMOTE;
}

/** Measures with both ends. Without a server there is no figure. */
export function overNats(farCount: number, measure: (ends: Ends, bench: Bench) => Promise<readonly Measure[]>): Case {
  return async (bench) => {
    if (serverPath === undefined) return [{ work: 'needs a NATS server', subject: 'rx-broker', value: undefined, unit: 'ns', note: 'bash .ci/nats-server.sh fetches one' }];
    return withEnds(farCount, (ends) => measure(ends, bench));
  };
}

function measured(rowOf: (ends: Ends) => TimedRow | Promise<TimedRow>, farCount = 1): Case {
  return overNats(farCount, async (ends, bench) => [await againstTheClock(bench, await rowOf(ends))]);
}

function askRow(work: string, budget: string, workOf: (name: string, ask: Ask) => TimedWork): Case {
  return measured((ends) => ({ work, budget, ours: workOf('send', ours(ends)), floor: workOf('nats.request', bare(ends)) }));
}

export const tellsOfOurs = ({ broker, counted }: Ends): TimedWork => tells('trySend', async () => (await counted()).ours, (n) => broker.trySend(SINK, { n }).ok, 20_000);

function tellsOfBare({ connection, counted }: Ends): TimedWork {
  return tells('publish', async () => (await counted()).bare, (n) => (connection.publish('bare.sink', JSON.stringify({ n })), true), 20_000);
}

const broadcastRow = (ends: Ends): Pick<TimedRow, 'ours' | 'floor'> => ({ ours: crowdOfOurs(ends), floor: crowdOfBare(ends) });

export const nats: Part = {
  title: 'Over NATS',
  about: 'To actors in other processes; the floor is the bare client of NATS with JSON on both sides. Times that pass, not CPU times.',
  cases: {
    ask: askRow('ask, one at a time (p50)', 'NATS ask / nats.request', (name, ask) => oneByOne(name, ask, 300)),
    ask64: askRow('ask, 64 in flight', 'NATS ask, 64 in flight / nats.request', (name, ask) => asks(name, ask, 64, 5000)),
    ask1024: askRow('ask, 1,024 in flight', 'NATS ask, 1,024 in flight / nats.request', (name, ask) => asks(name, ask, 1024, 10_000)),
    tell: measured((ends) => ({ work: 'tell', budget: 'NATS tell / publish', ours: tellsOfOurs(ends), floor: tellsOfBare(ends) })),
    broadcast: measured((ends) => ({ work: 'broadcast to 1,000 actors of another node', budget: 'NATS broadcast to 1,000 / publish and 1,000 answers', ...broadcastRow(ends) })),
    broadcast4: measured((ends) => ({ work: 'broadcast to 1,000 actors on 4 nodes', budget: 'NATS broadcast to 1,000 on 4 nodes / publish and 1,000 answers', ...broadcastRow(ends) }), 4),
    claim: measured(async (ends) => ({
      work: 'claim, 10,000 at once',
      budget: 'NATS claim / kv.create',
      ours: claimsOfOurs(ends),
      floor: await claimsOfBare(ends),
      note: 'with the news of the actor to the other node',
    })),
    memory: overNats(1, async (ends) => [
      { work: 'actor of another node', subject: 'rx-broker', value: await bytesOfRemoteActor(ends), unit: 'bytes', budget: 'NATS remote actor, bytes' },
    ]),
  },
};
