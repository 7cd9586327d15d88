import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { filter, firstValueFrom, startWith } from 'rxjs';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { type HubTransport, hubTransport } from 'rx-broker/transports/message-port';
import type { Measure } from '../harness/measure';
import type { Case, Part } from '../harness/part';
import { type TimedWork, againstTheClock } from '../harness/wall-clock';
import { type Ask, asks, oneByOne } from '../workloads/asking';
import { workerOf } from '../workloads/bundled-worker';
import type { FarPorts } from '../workloads/port-far-side';

/** The actors that a broadcast reaches, on all workers. */
const CROWD = 1_000;
const LAST = actorId(`crowd-${CROWD - 1}`);
const ECHO = actorId<any>('echo-0');

/** The object that a worker shows by Comlink. */
interface Shown {
  next(message: { n: number }): { n: number };
}

/** This thread, and workers. */
interface Ends {
  readonly broker: DistributedMessageBroker;
  readonly bare: readonly BareEnd[];
  readonly comlink: Comlink.Remote<Shown>;
}

/** Round trips by hand: a number for each, and who waits for it. */
class BareEnd {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (reply: number) => void>();
  #lastId = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent<{ id: number; n: number }>) => this.#waiting.get(data.id)?.(data.n));
    port.start();
  }

  /** Asks, and waits for so many answers. */
  ask(n: number, end: (reply: number) => void, answers = 1): void {
    const id = ++this.#lastId;
    let missing = answers;
    this.#waiting.set(id, (reply) => {
      if (--missing > 0) return;
      this.#waiting.delete(id);
      end(reply);
    });
    this.#port.postMessage({ id, n, answers });
  }
}

const startFar = workerOf('port-far-side.ts');

async function withWorkers<T>(count: number, use: (ends: Ends) => Promise<T>): Promise<T> {
  const hub = hubTransport({ heartbeat: Infinity });
  const broker = new DistributedMessageBroker(hub, { logDeadLetters: false });
  const workers = Array.from({ length: count }, startFar);
  const ends = workers.map((worker, index) => connected(worker, hub, (index * CROWD) / count, CROWD / count));
  await firstValueFrom(broker.events$.pipe(startWith(undefined), filter(() => broker.isRegistered(LAST) && broker.registeredCount() === CROWD + count)));
  try {
    return await use({ broker, bare: ends.map(({ bare }) => bare), comlink: ends[0]!.comlink });
  } finally {
    await broker.close({ drain: false });
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function connected(worker: Worker, hub: HubTransport, from: number, count: number): { readonly bare: BareEnd; readonly comlink: Comlink.Remote<Shown> } {
  const [ours, bare, comlink] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
  const given: FarPorts = { ours: ours.port2, bare: bare.port2, comlink: comlink.port2, from, count };
  worker.postMessage(given, [ours.port2, bare.port2, comlink.port2] as never);
  hub.add(ours.port1);
  return { bare: new BareEnd(bare.port1), comlink: Comlink.wrap<Shown>(comlink.port1) };
}

const ours =
  ({ broker }: Ends): Ask =>
  (n, end) =>
    void broker.send(ECHO, { n }, { timeout: 60_000 }).subscribe((reply: any) => end(reply.n as number));

const bare =
  ({ bare: [first] }: Ends): Ask =>
  (n, end) =>
    first!.ask(n, end);

const byComlink =
  ({ comlink }: Ends): Ask =>
  (n, end) =>
    void comlink.next({ n }).then((reply) => end(reply.n));

/** Measures our asks beside each floor. */
const askCase =
  (work: string, workOf: (name: string, ask: Ask) => TimedWork): Case =>
  (bench) =>
    withWorkers(1, async (ends) => [
      await againstTheClock(bench, { work, ours: workOf('send', ours(ends)), floor: workOf('postMessage', bare(ends)) }),
      await againstTheClock(bench, { work, ours: workOf('send', ours(ends)), floor: workOf('Comlink', byComlink(ends)) }),
    ]);

const broadcastOfOurs = ({ broker }: Ends): TimedWork => ({
  name: 'broadcast',
  time: () =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      let replies = 0;
      broker.broadcastFilter({ n: 1 }, (id: string) => id.startsWith('crowd-')).subscribe({
        next: () => replies++,
        error: reject,
        complete: () => (replies === CROWD ? resolve((performance.now() - startedAt) * 1e6) : reject(new Error(`${replies} replies`))),
      });
    }),
});

const broadcastOfBare = ({ bare: ends }: Ends): TimedWork => ({
  name: '4 messages and 1,000 answers',
  async time() {
    const startedAt = performance.now();
    await Promise.all(ends.map((end) => new Promise<number>((resolve) => end.ask(1, resolve, CROWD / ends.length))));
    return (performance.now() - startedAt) * 1e6;
  },
});

const startBroker = workerOf('broker-worker.ts');
const startBare = workerOf('bare-worker.ts');

/** Starts a worker, and waits until its broker knows this one's, and the other way round. */
const startOfOurs: TimedWork = {
  name: 'a worker with a broker',
  async time() {
    const startedAt = performance.now();
    const worker = startBroker();
    const hub = hubTransport();
    const broker = new DistributedMessageBroker(hub, { logDeadLetters: false });
    hub.add(worker);
    await firstValueFrom(broker.events$.pipe(filter(() => broker.isRegistered(actorId('started')))));
    const ns = (performance.now() - startedAt) * 1e6;
    await broker.close({ drain: false });
    await worker.terminate();
    return ns;
  },
};

const startOfBare: TimedWork = {
  name: 'a worker that says one word',
  async time() {
    const startedAt = performance.now();
    const worker = startBare();
    await once(worker, 'message');
    const ns = (performance.now() - startedAt) * 1e6;
    await worker.terminate();
    return ns;
  },
};

export const ports: Part = {
  title: 'Over ports',
  about: 'To an actor in a worker thread; the floors are `postMessage` with a number for each message, and Comlink. Times that pass, not CPU times.',
  cases: {
    ask: askCase('ask, one at a time (p50)', (name, ask) => oneByOne(name, ask, 500)),
    ask64: askCase('ask, 64 in flight', (name, ask) => asks(name, ask, 64, 5_000)),
    ask1024: askCase('ask, 1,024 in flight', (name, ask) => asks(name, ask, 1_024, 10_000)),
    broadcast: (bench): Promise<readonly Measure[]> =>
      withWorkers(4, async (ends) => [await againstTheClock(bench, { work: 'broadcast to 1,000 actors on 4 workers', ours: broadcastOfOurs(ends), floor: broadcastOfBare(ends) })]),
    start: async (bench) => [await againstTheClock(bench, { work: 'start of a worker', ours: startOfOurs, floor: startOfBare })],
  },
};
