import { InMemoryMessageBroker, SendError, actorId } from 'rx-broker';
import { RemoteError } from 'rx-broker/distributed';
import { type PoolOptions, type WorkerLike, type WorkerPool, serveActor, spawnPool } from 'rx-broker/transports/message-port';
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { reactive } from 'vue';
import { Job } from './job';
import { poolWorkers } from './pool-workers';

/** Threads in Node, workers in Chromium. */
const workers = await poolWorkers();
const isNode = !('document' in globalThis);
const id = actorId(Job);
const brokers: InMemoryMessageBroker[] = [];

interface Pooled {
  readonly broker: InMemoryMessageBroker;
  readonly pool: WorkerPool;
  readonly started: WorkerLike[];
  /** Why workers were lost. */
  readonly lost: string[];
}

function setupPool(options: PoolOptions, startOne: () => WorkerLike = () => workers.job()): Pooled {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false, requestTimeout: 120_000 });
  brokers.push(broker);
  const started: WorkerLike[] = [];
  const lost: string[] = [];
  const start = (): WorkerLike => {
    const worker = startOne();
    started.push(worker);
    return worker;
  };
  const onWorkerLost = ({ message }: Error): void => void lost.push(message);
  return { broker, started, lost, pool: spawnPool(broker, id, start, { onWorkerLost, ...options }) };
}

/** Resolves when the pool has so many workers that serve. */
const hasReady = (pool: WorkerPool, count: number): Promise<unknown> =>
  firstValueFrom(pool.workers$.pipe(filter((workers) => workers.length === count && workers.every(({ state }) => state === 'ready'))));
const hasRunning = (pool: WorkerPool, count: number): Promise<unknown> =>
  firstValueFrom(pool.workers$.pipe(filter((workers) => workers.reduce((sum, { running }) => sum + running, 0) === count)));

const refuse = (): never => {
  throw new Error('no more threads');
};

const failureOf = (asked: Promise<unknown>): Promise<unknown> => asked.then(() => 'no failure', (error: unknown) => error);

afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close({ drain: false });
});

describe('spawnPool', () => {
  it('works when Vue keeps it', async () => {
    const { broker, pool } = setupPool({ size: 1 });
    const kept = reactive({ pool }).pool;
    kept.resize(2);
    await hasReady(kept, 2);
    expect([kept.size, typeof (await firstValueFrom(broker.send(id, Job.whoAmI())))]).toEqual([2, 'number']);
  });

  it('is one actor, whose messages its workers share', async () => {
    const { broker, pool } = setupPool({ size: 2 });
    const threads = await Promise.all(Array.from({ length: 20 }, () => firstValueFrom(broker.send(id, Job.whoAmI()))));
    await hasReady(pool, 2);
    const waiting = broker.send(id, Job.wait()).subscribe();
    threads.push(await firstValueFrom(broker.send(id, Job.whoAmI())));
    const another = broker.send(id, Job.wait()).subscribe();
    waiting.unsubscribe();
    threads.push(await firstValueFrom(broker.send(id, Job.whoAmI())));
    expect(new Set(threads).size).toBe(2);
    expect(broker.actorIds()).toEqual([id]);
    expect(await lastValueFrom(broker.broadcast(Job.openCount()).pipe(toArray()))).toHaveLength(1);
    another.unsubscribe();
  });

  it('streams, fails, carries headers, priority and sender, and checks by the schema', async () => {
    const { broker } = setupPool({ size: 1 });
    expect(await lastValueFrom(broker.send(id, Job.countTo({ n: 3 })).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await firstValueFrom(broker.send(id, Job.header(), { headers: { trace: 't1' } }))).toBe('t1');
    expect(await firstValueFrom(broker.send(id, Job.envelope(), { priority: 'high', sender: actorId('shop') }))).toEqual(['high', 'shop']);
    const failure = await failureOf(firstValueFrom(broker.send(id, Job.fail())));
    expect(failure).toBeInstanceOf(RemoteError);
    expect(failure).toMatchObject({ name: 'RangeError', message: 'no such number' });
    expect(await firstValueFrom(broker.send(id, Job.checked({ n: 5 })))).toBe(5);
    const unchecked = { type: 'job.checked', n: 'five' } as never;
    expect(await failureOf(firstValueFrom(broker.send<any, any>(id, unchecked)))).toMatchObject({ code: 'Rejected', actorId: id });
  });

  it('gives each worker so many at once, and queues the others in its one mailbox', async () => {
    const { broker, pool } = setupPool({ size: 2, concurrency: 2, capacity: 3 });
    await hasReady(pool, 2);
    const asks = Array.from({ length: 7 }, () => broker.send(id, Job.wait()).subscribe());
    await hasRunning(pool, 4);
    expect(broker.mailboxMetrics(id)).toMatchObject({ size: 3, inFlight: 4 });
    expect(await failureOf(firstValueFrom(broker.send(id, Job.wait())))).toMatchObject({ code: 'MailboxFull', actorId: id });
    for (const ask of asks.slice(0, 3)) ask.unsubscribe();
    expect(broker.mailboxMetrics(id)).toMatchObject({ size: 0, inFlight: 4 });
    for (const ask of asks) ask.unsubscribe();
  });

  it('fails alone what cannot cross, and says why', async () => {
    const { broker } = setupPool({ size: 1, transfer: (payload: any) => payload.moves ?? [] });
    const failure = await failureOf(firstValueFrom(broker.send(id, Object.assign(Job.wait(), { what: () => {} }))));
    expect(failure).toMatchObject({ code: 'Unserializable', started: false, actorId: id });
    expect((failure as Error).message).toMatch(/^Unserializable: message to 'job' failed: [^(]*\(payload.what is a function, which cannot cross to another node\)$/);
    expect(await firstValueFrom(broker.send(id, Job.checked({ n: 1 })))).toBe(1);
  });

  it('fails alone a message whose buffer has moved to elsewhere before it went out, and has its worker for the next', async () => {
    const { broker, pool } = setupPool({ size: 1, transfer: (payload: any) => (payload.bytes === undefined ? [] : [payload.bytes]) });
    await hasReady(pool, 1);
    const bytes = new Uint8Array(8);
    const lost = failureOf(firstValueFrom(broker.send(id, Object.assign(Job.wait(), { bytes }))));
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(await lost).toMatchObject({ code: 'Unserializable', started: false, actorId: id });
    expect(await firstValueFrom(broker.send(id, Job.checked({ n: 1 })))).toBe(1);
  });

  it('aborts in the worker what its caller has left', async () => {
    const { broker } = setupPool({ size: 1, concurrency: 2 });
    const waiting = broker.send(id, Job.wait()).subscribe();
    expect(await firstValueFrom(broker.send(id, Job.openCount()))).toBe(1);
    waiting.unsubscribe();
    expect(await firstValueFrom(broker.send(id, Job.openCount()))).toBe(0);
  });

  it.each<[string, Partial<PoolOptions>, () => never, RegExp]>([
    // A worker of a browser survives its errors, and its end is told to nobody.
    ...((isNode
      ? [['crashes', {}, Job.crash, /crashed on purpose/], ['exits', {}, Job.exit, /its thread has ended/]]
      : [['ends without a word', { heartbeat: 300 }, Job.exit, /silent for three heartbeats/]]) as never[]),
    ['hangs', { heartbeat: 300 }, Job.hang as never, /silent for three heartbeats/],
  ])('replaces a worker that %s, and fails what it was handling', async (_how, options, make, why) => {
    const { broker, pool, started, lost } = setupPool({ size: 1, ...options });
    const failure = await failureOf(firstValueFrom(broker.send<any, any>(id, make())));
    expect(failure).toBeInstanceOf(SendError);
    expect(failure).toMatchObject({ code: 'NodeUnavailable', started: 'unknown', actorId: id, cause: { message: expect.stringMatching(why) as string } });
    expect(await firstValueFrom(broker.send(id, Job.checked({ n: 1 })))).toBe(1);
    expect(started).toHaveLength(2);
    expect(lost).toEqual([expect.stringMatching(why)]);
    await hasReady(pool, 1);
  });

  it('keeps what onWorkerLost sends for the worker that takes the place', async () => {
    const broker = new InMemoryMessageBroker();
    brokers.push(broker);
    const started: WorkerLike[] = [];
    let again: Promise<unknown> | undefined;
    const start = (): WorkerLike => (started.push(workers.job()), started.at(-1)!);
    const pool = spawnPool(broker, id, start, { size: 1, heartbeat: 300, onWorkerLost: () => void (again = firstValueFrom(broker.send(id, Job.checked({ n: 8 })))) });
    await hasReady(pool, 1);
    void started[0]!.terminate();
    await firstValueFrom(pool.workers$.pipe(filter(([worker]) => worker?.number === 2)));
    expect(await again).toBe(8);
  });

  it('accounts for every request while its workers end', async () => {
    const { broker, pool } = setupPool({ size: 2, concurrency: 4, heartbeat: 300, restart: { max: 10, within: 600_000 } });
    await hasReady(pool, 2);
    const asks = Array.from({ length: 200 }, async (_, n) => {
      if (n % 50 === 49) return failureOf(firstValueFrom(broker.send(id, Job.exit())));
      return failureOf(firstValueFrom(broker.send(id, Job.checked({ n }))).then((reply) => expect(reply).toBe(n)));
    });
    const ends = await Promise.all(asks);
    const failures = ends.filter((end) => end !== 'no failure');
    // Four workers end, each with at most four messages.
    expect(failures.length).toBeGreaterThanOrEqual(4);
    expect(failures.length).toBeLessThanOrEqual(16);
    for (const failure of failures) expect(failure).toMatchObject({ code: 'NodeUnavailable', started: 'unknown' });
    expect(broker.metrics()).toMatchObject({ totalSent: 200, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('ends when its last worker has ended once too often', async () => {
    const { broker, pool, started } = setupPool({ size: 1, heartbeat: 300, restart: { max: 1, within: 60_000 } });
    const ended = firstValueFrom(broker.watch(id));
    const crashes = [failureOf(firstValueFrom(broker.send(id, Job.exit()))), failureOf(firstValueFrom(broker.send(id, Job.exit())))];
    const waiting = failureOf(firstValueFrom(broker.send(id, Job.whoAmI())));
    expect(await Promise.all(crashes)).toEqual([expect.objectContaining({ code: 'NodeUnavailable' }), expect.objectContaining({ code: 'NodeUnavailable' })]);
    expect(await waiting).toMatchObject({ code: 'ActorNotFound', started: false });
    await ended;
    expect(started).toHaveLength(2);
    expect(await lastValueFrom(pool.workers$, { defaultValue: [] })).toEqual([]);
  });

  describe('when a worker does not start', () => {
    it.each<[string, () => WorkerLike, number, RegExp]>([
      ['that throws', () => workers.broken(), Infinity, /broken on purpose/],
      ['that never serves', () => workers.idle(), 200, /did not serve within 200 ms of its start/],
    ])('starts one %s again as often as it may, and ends then', async (_how, start, startTimeout, why) => {
      const { broker, pool, started, lost } = setupPool({ size: 1, startTimeout, restart: { max: 2, within: 600_000 } }, start);
      expect(await failureOf(firstValueFrom(broker.send(id, Job.whoAmI())))).toMatchObject({ code: 'ActorNotFound', started: false });
      expect(await lastValueFrom(pool.workers$, { defaultValue: [] })).toEqual([]);
      expect(started).toHaveLength(3);
      expect(lost).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(why) as unknown));
    });

    it('throws the error of start, and ends the workers that it has', () => {
      let count = 0;
      const start = (): WorkerLike => (++count === 2 ? refuse() : workers.idle());
      const broker = new InMemoryMessageBroker();
      expect(() => spawnPool(broker, id, start, { size: 2 })).toThrow('no more threads');
      expect(() => spawnPool(broker, id, () => ({}) as never, { size: 1 })).toThrow(/start must return a Worker, got an object/);
      expect(broker.registeredCount()).toBe(0);
    });

    it('throws the error of start in resize, and goes on with the workers that it has', async () => {
      const left = [workers.job(), workers.job()];
      const start = (): WorkerLike => left.shift() ?? refuse();
      const { broker, pool } = setupPool({ size: 1 }, start);
      await hasReady(pool, 1);
      expect(() => pool.resize(4)).toThrow('no more threads');
      expect(pool.size).toBe(2);
      await hasReady(pool, 2);
      expect(await firstValueFrom(broker.send(id, Job.checked({ n: 1 })))).toBe(1);
    });

    it('counts a start that throws as a restart', async () => {
      const left = [workers.job()];
      const { broker, pool, lost } = setupPool({ size: 1, heartbeat: 300, restart: { max: 2 } }, () => left.shift() ?? refuse());
      expect(await failureOf(firstValueFrom(broker.send(id, Job.exit())))).toMatchObject({ code: 'NodeUnavailable' });
      expect(await lastValueFrom(pool.workers$, { defaultValue: [] })).toEqual([]);
      expect(lost.slice(1)).toEqual(['it could not be started', 'it could not be started']);
    });
  });

  it('starts no worker again without restart, and goes on with the others', async () => {
    const { broker, pool, started } = setupPool({ size: 2, heartbeat: 300, restart: false });
    await hasReady(pool, 2);
    await failureOf(firstValueFrom(broker.send(id, Job.exit())));
    expect(await firstValueFrom(broker.send(id, Job.checked({ n: 1 })))).toBe(1);
    await hasReady(pool, 1);
    expect(started).toHaveLength(2);
  });

  it('grows and shrinks, and ends a worker when it has handled what it has', async () => {
    const { broker, pool } = setupPool({ size: 1 });
    await hasReady(pool, 1);
    pool.resize(3);
    await hasReady(pool, 3);
    const asks = Array.from({ length: 2 }, () => broker.send(id, Job.wait()).subscribe());
    await hasRunning(pool, 2);
    pool.resize(1);
    expect((await firstValueFrom(pool.workers$)).map(({ state, running }) => `${state} ${running}`).sort()).toEqual(['leaving 1', 'ready 1']);
    for (const ask of asks) ask.unsubscribe();
    await hasReady(pool, 1);
    expect(pool.size).toBe(1);
  });

  describe('close', () => {
    it('handles what is queued first', async () => {
      const { broker, pool } = setupPool({ size: 1 });
      const asks = Array.from({ length: 5 }, (_, n) => firstValueFrom(broker.send(id, Job.checked({ n }))));
      await pool.close({ timeout: Infinity });
      expect(await Promise.all(asks)).toEqual([0, 1, 2, 3, 4]);
      expect(broker.isRegistered(id)).toBe(false);
    });

    it('without drain ends at once, and again does nothing', async () => {
      const { broker, pool } = setupPool({ size: 1 });
      await hasReady(pool, 1);
      const open = failureOf(firstValueFrom(broker.send(id, Job.wait())));
      await pool.close({ drain: false });
      await pool.close();
      expect(await open).toMatchObject({ code: 'ActorNotFound' });
    });

    it.runIf(isNode)('resolves when the threads have ended', async () => {
      const { pool, started } = setupPool({ size: 2 });
      await hasReady(pool, 2);
      pool.resize(1);
      await pool.close();
      // Node says so of a thread that has ended.
      expect(started.map((worker) => (worker as WorkerLike & { readonly threadId: number }).threadId)).toEqual([-1, -1]);
    });

    it('comes with the end of the actor, whoever ends it', async () => {
      const { broker, pool } = setupPool({ size: 1 });
      broker.unregister(id);
      expect(await lastValueFrom(pool.workers$, { defaultValue: [] })).toEqual([]);
    });
  });

  it('refuses bad options', () => {
    const broker = new InMemoryMessageBroker();
    const pool = (options: object): (() => unknown) => () => spawnPool(broker, id, () => workers.idle(), options as never);
    expect(pool({})).toThrow(/size must be an integer of at least 1, got undefined/);
    expect(pool({ size: 1, restart: { max: 1, with: 5 } })).toThrow(/unknown option 'restart.with', did you mean 'restart.within'/);
    expect(pool({ size: 1, restart: { max: 0 } })).toThrow(/restart.max must be an integer of at least 1, got 0/);
    expect(pool({ size: 1, capacty: 5 })).toThrow(/unknown option 'capacty', did you mean 'capacity'/);
    expect(pool({ sise: 1 })).toThrow(/unknown option 'sise', did you mean 'size'/);
    expect(pool({ size: 1, capacity: 0 })).toThrow(/capacity must be an integer of at least 1, or Infinity, got 0/);
    expect(broker.registeredCount()).toBe(0);
  });
});

describe('serveActor', () => {
  it('refuses bad handlers and options at the call', () => {
    const { port1: port } = new MessageChannel();
    const serve = (...args: unknown[]): (() => void) => () => (serveActor as (...args: unknown[]) => void)(...args);
    expect(serve({}, {}, { port })).toThrow(/a protocol must be made by protocol\(\), got an object/);
    expect(serve(Job, undefined, { port })).toThrow(/handlers must be an object of functions, got null/);
    expect(serve(Job, { wait: 5 }, { port })).toThrow(/the handler of 'job.wait' must be a function, got 5/);
    expect(serve(Job, {}, { prt: port })).toThrow(/unknown option 'prt', did you mean 'port'/);
    port.close();
  });

  it('refuses a second protocol in one worker', () => {
    const { port1: port } = new MessageChannel();
    serveActor(Job, {} as never, { port });
    expect(() => serveActor(Job, {} as never, { port })).toThrow(/was called in this worker already/);
    port.close();
  });
});
