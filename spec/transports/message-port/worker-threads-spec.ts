import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { SendError } from 'rx-broker';
import { DistributedMessageBroker, RemoteError } from 'rx-broker/distributed';
import { type MessagePortOptions, hubTransport, messagePortTransport } from 'rx-broker/transports/message-port';
import { EMPTY, catchError, filter, firstValueFrom, lastValueFrom, startWith, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { Counter, counterId } from './counter';
import { startWorkerThread } from './worker-thread';

const workers: Worker[] = [];
const brokers: DistributedMessageBroker[] = [];

function startWorker(): Worker {
  const worker = startWorkerThread('counter-worker.ts');
  // What it throws on purpose would be an uncaught error here.
  worker.on('error', () => {});
  workers.push(worker);
  return worker;
}

function brokerOn(transport: ConstructorParameters<typeof DistributedMessageBroker>[0]): DistributedMessageBroker {
  const broker = new DistributedMessageBroker(transport, { logDeadLetters: false, requestTimeout: 60_000, logger: { warn: () => {}, error: () => {} } as never });
  brokers.push(broker);
  return broker;
}

/** A broker that knows the actor of a worker. */
async function withWorker(options?: MessagePortOptions): Promise<{ broker: DistributedMessageBroker; worker: Worker }> {
  const worker = startWorker();
  const broker = brokerOn(messagePortTransport(worker, options));
  await hasCounter(broker);
  return { broker, worker };
}

/** Resolves when a broker knows the actor of a worker. */
async function hasCounter(broker: DistributedMessageBroker): Promise<void> {
  const isThere = (): boolean => broker.isRegistered(counterId);
  await firstValueFrom(broker.events$.pipe(startWith(undefined), filter(isThere)));
}

/** How an ask fails. */
const failureOf = async (asked: Promise<unknown>): Promise<unknown> => {
  try {
    return await asked;
  } catch (error) {
    return error;
  }
};

afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close({ drain: false });
  for (const worker of workers.splice(0)) await worker.terminate();
});

describe('a broker in a worker thread', () => {
  it('answers, streams, fails, and is told of a caller that leaves', async () => {
    const { broker } = await withWorker();
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 21 })))).toBe(42);
    expect(await lastValueFrom(broker.send(counterId, Counter.countTo({ n: 5 })).pipe(toArray()))).toEqual([1, 2, 3, 4, 5]);
    const failure = await failureOf(firstValueFrom(broker.send(counterId, Counter.fail())));
    expect(failure).toBeInstanceOf(RemoteError);
    expect(failure).toMatchObject({ name: 'RangeError', message: 'no such number' });
    const waiting = broker.send(counterId, Counter.wait()).subscribe();
    await firstValueFrom(broker.send(counterId, Counter.double({ n: 1 })));
    waiting.unsubscribe();
    expect(await firstValueFrom(broker.send(counterId, Counter.wasAborted()))).toBe(true);
  });

  it('carries bytes, and moves those that transfer picks', async () => {
    const { broker } = await withWorker({ transfer: (payload: any) => (payload.moves === true ? [payload.bytes] : []) });
    const [copied, moved] = [new Uint8Array([1, 2]), new Uint8Array([3, 4])];
    const asks = [Counter.sum({ bytes: copied }), Object.assign(Counter.sum({ bytes: moved }), { moves: true })].map((message) => firstValueFrom(broker.send(counterId, message)));
    expect(await Promise.all(asks)).toEqual([3, 7]);
    expect([copied.byteLength, moved.byteLength]).toEqual([2, 0]);
  });

  it('fails alone what cannot cross, in both directions', async () => {
    const { broker } = await withWorker();
    const [there, back] = await Promise.all([
      failureOf(firstValueFrom(broker.send(counterId, Counter.sum({ bytes: (() => {}) as never })))),
      failureOf(firstValueFrom(broker.send(counterId, Counter.notSendable()))),
    ]);
    expect(there).toMatchObject({ code: 'Unserializable', started: false, message: expect.stringContaining('payload.bytes is a function') as string });
    expect(back).toMatchObject({ code: 'Unserializable', started: true });
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 1 })))).toBe(2);
  });

  it.each<[string, MessagePortOptions, (broker: DistributedMessageBroker, worker: Worker) => unknown]>([
    ['crashes', {}, (broker) => broker.send(counterId, Counter.crash()).pipe(catchError(() => EMPTY)).subscribe()],
    ['is terminated', {}, (_broker, worker) => worker.terminate()],
    ['hangs', { heartbeat: 100 }, (broker) => broker.send(counterId, Counter.hang()).pipe(catchError(() => EMPTY)).subscribe()],
  ])('whose thread %s fails what is open with NodeUnavailable', async (_how, options, end) => {
    const { broker, worker } = await withWorker(options);
    const open = Array.from({ length: 5 }, () => failureOf(firstValueFrom(broker.send(counterId, Counter.wait()))));
    await firstValueFrom(broker.send(counterId, Counter.double({ n: 1 })));
    end(broker, worker);
    for (const failure of await Promise.all(open)) {
      expect(failure).toBeInstanceOf(SendError);
      expect(failure).toMatchObject({ code: 'NodeUnavailable', started: 'unknown' });
    }
    expect(broker.isRegistered(counterId)).toBe(false);
    expect(broker.trySend(counterId, Counter.leave())).toMatchObject({ code: 'ActorNotFound' });
  });

  it('lets its thread end when it closes, and says goodbye before', async () => {
    const { broker, worker } = await withWorker();
    const ended = once(worker, 'exit');
    const alone = firstValueFrom(broker.nodes$.pipe(filter(({ length }) => length === 1)));
    broker.trySend(counterId, Counter.leave());
    await alone;
    expect(await ended).toEqual([0]);
  });

});

describe('a star of worker threads', () => {
  it('has one owner of an id that all claim, and one again when that has gone', async () => {
    const hub = hubTransport();
    const broker = brokerOn(hub);
    const started = [startWorker(), startWorker()];
    for (const worker of started) hub.add(worker);
    await firstValueFrom(broker.nodes$.pipe(filter(({ length }) => length === 3)));
    await hasCounter(broker);
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 4 })))).toBe(8);
    const claimed = async (): Promise<boolean> => {
      const ended = firstValueFrom(broker.watch(counterId));
      broker.trySend(counterId, Counter.leave());
      await ended;
      return broker.spawn(counterId, () => {}).ready.then(() => true, () => false);
    };
    // A worker whose thread is slow may claim the id only now that the first one has left. Then it has its turn.
    if (!(await claimed())) {
      await hasCounter(broker);
      expect(await claimed()).toBe(true);
    }
    expect(broker.nodeOf(counterId)).toBe(broker.nodeId);
  });

  it('carries asks from one worker to another', async () => {
    const hub = hubTransport();
    for (const worker of [startWorker(), startWorker()]) hub.add(worker);
    const { port1, port2 } = new MessageChannel();
    hub.add(port1);
    const broker = brokerOn(messagePortTransport(port2));
    await hasCounter(broker);
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 4 })))).toBe(8);
    await hub.close();
    port1.close();
  });
});
