/**
 * Three processes share work over NATS. One of them is killed in the middle of it, and no job is lost: what it has not answered is asked again.
 *
 *     bash .ci/nats-server.sh && "$(bash .ci/nats-server.sh)" -js &
 *     npm run example:cluster
 *
 * NATS_URL names another server.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { type ActorId, SendError, actorId, leastLoaded } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { type Observable, defer, filter, firstValueFrom, from, lastValueFrom, map, mergeMap, retry, timer, toArray } from 'rxjs';

const { NATS_URL = 'nats://localhost:4222', ROLE } = process.env;
const JOBS = 300;

/** Each worker squares numbers, ten at a time. */
const workers: readonly ActorId<number>[] = ['worker-1', 'worker-2', 'worker-3'].map((name) => actorId<number>(name));

async function join(): Promise<DistributedMessageBroker> {
  const connection = await connect({ servers: NATS_URL, maxReconnectAttempts: -1, reconnectTimeWait: 250, noAsyncTraces: true });
  const broker = new DistributedMessageBroker(await natsTransport(connection, { namespace: 'squares' }), { logDeadLetters: false, router: leastLoaded() });
  await broker.ready;
  return broker;
}

/** The program of a worker's process. */
async function work(name: string): Promise<void> {
  const broker = await join();
  await broker.spawn(actorId<number>(name), (n) => timer(20).pipe(map(() => n * n)), { concurrency: 10, topics: ['squares'] }).ready;
  process.send?.('ready');
}

/** The program of the process that has the work. */
async function lead(): Promise<void> {
  const processes = await Promise.all(workers.map(start));
  const broker = await join();
  // News of the other nodes take a moment.
  await Promise.all(workers.map((worker) => firstValueFrom(timer(0, 10).pipe(filter(() => broker.bindings().some(({ id }) => id === worker))))));
  console.log(`${JOBS} jobs for ${workers.length} workers in processes of their own`);

  let repeats = 0;
  const squared = (n: number) =>
    defer(() => broker.sendWithRouting({ topic: 'squares' }, n) as Observable<number>).pipe(
      retry({
        delay: (error: unknown) => {
          // The work is safe to repeat, so it does not matter whether it had begun.
          if (!(error instanceof SendError)) throw error;
          repeats++;
          return timer(50);
        },
      }),
      map((square) => ({ n, square })),
    );
  setTimeout(() => {
    console.log('worker-2 is killed');
    processes[1]?.kill('SIGKILL');
  }, 100);
  const squares = await lastValueFrom(from(Array.from({ length: JOBS }, (_, n) => n)).pipe(mergeMap(squared, 30), toArray()));

  const wrong = squares.filter(({ n, square }) => square !== n * n).length;
  console.log(`${squares.length} jobs done, ${wrong} wrong, ${repeats} asked again; ${workers.filter((worker) => broker.isRegistered(worker)).join(' and ')} are left`);
  for (const each of processes) each.kill('SIGKILL');
  await broker.close();
  process.exit(squares.length === JOBS && wrong === 0 ? 0 : 1);
}

async function start(worker: string): Promise<ChildProcess> {
  const child = fork(process.argv[1] ?? '', { env: { ...process.env, ROLE: worker } });
  await once(child, 'message');
  return child;
}

await (ROLE === undefined ? lead() : work(ROLE));
