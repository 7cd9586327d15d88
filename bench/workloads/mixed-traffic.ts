import { Observable, type Subscription } from 'rxjs';
import { actorId, DeadLetterQueue, InMemoryMessageBroker, Mailbox, type ActorId, type BroadcastResult } from 'rx-broker';
import { distinctRepliers } from '../harness/handlers';
import { until } from './until';

const workerCount = 64;
const workers = Array.from({ length: workerCount }, (_, index) => actorId<number>(`worker-${String(index)}`));
const named = (name: string): ActorId<number> => actorId<number>(name);
const full = named('full');
const unknown = named('unknown');
const thrower = named('thrower');
const promiser = named('promiser');
const silent = named('silent');
const busy = named('busy');
const isWorker = (id: ActorId): boolean => id.startsWith('worker');
const isFirstTen = (id: ActorId): boolean => id.startsWith('worker') && id.length === 'worker-0'.length;

/** The messages that were sent, by the outcome that each must have. */
interface Expected {
  succeeded: number;
  errored: number;
  full: number;
  notFound: number;
  /** Timed out or cancelled, running or queued. */
  ended: number;
  replies: number;
  errors: number;
  seen: number;
}

const nothing = (): Expected => ({ succeeded: 0, errored: 0, full: 0, notFound: 0, ended: 0, replies: 0, errors: 0, seen: 0 });

/** A bit of everything that a broker does, in cycles, with a count of the outcomes that are due. */
export class MixedTraffic {
  readonly #broker = new InMemoryMessageBroker({ name: 'soak' }).withDeadLetterQueue(new DeadLetterQueue());
  readonly #expected = nothing();
  readonly #actual = { replies: 0, errors: 0, seen: 0 };
  #cycles = 0;
  #topic: Subscription | undefined;

  constructor() {
    const broker = this.#broker;
    const repliers = distinctRepliers(workerCount);
    workers.forEach((id, index) => broker.spawn(id, repliers[index]!, { topics: [`work.${String(index)}.*`] }));
    broker.bind('once.>', workers[0]!);
    broker.register(full, Mailbox.bounded<number>(1));
    broker.trySend(full, 0);
    broker.spawn(thrower, () => {
      throw new Error('As it was asked to.');
    });
    broker.spawn(promiser, async (message) => message);
    broker.spawn(silent, () => new Observable<number>(), { concurrency: 1000 });
    broker.spawn(busy, () => new Observable<number>());
    broker.trySend(busy, 0);
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.#broker.metrics().totalSent;
  }

  cycle(): void {
    const cycle = this.#cycles++;
    this.#tell(cycle);
    this.#ask(cycle);
    this.#toMany(cycle);
    this.#lose(cycle);
    this.#comeAndGo(cycle);
  }

  #tell(cycle: number): void {
    for (let index = 0; index < workerCount; index++) this.#broker.trySend(workers[index]!, cycle);
    for (let index = 0; index < 8; index++) this.#broker.trySend(workers[index]!, cycle, { priority: index % 2 === 0 ? 'high' : 'low' });
    this.#expected.succeeded += workerCount + 8;
  }

  #ask(cycle: number): void {
    for (let index = 0; index < 20; index++) this.#broker.send(workers[index]!, cycle).subscribe(this.#onReply);
    this.#broker.send(promiser, cycle).subscribe(this.#onReply);
    this.#broker.sendWithPriority(workers[0]!, cycle, 'critical').subscribe(this.#onReply);
    this.#broker.sendWithRouting({ topic: 'work.1.done' }, cycle).subscribe(this.#onReply);
    this.#expected.succeeded += 23;
    this.#expected.replies += 23;
  }

  #toMany(cycle: number): void {
    this.#broker.tryBroadcast(cycle, isWorker);
    this.#broker.broadcastFilter(cycle, isFirstTen).subscribe(this.#onResult);
    this.#broker.publish(`work.${String(cycle % workerCount)}.done`, cycle);
    // A topic that is used once.
    this.#broker.publish(`once.${String(cycle)}`, cycle);
    this.#broker.publish(`state.${String(cycle % 16)}`, cycle, { retain: true });
    this.#expected.succeeded += workerCount + 10 + 2;
    this.#expected.replies += 10;
  }

  #lose(cycle: number): void {
    const broker = this.#broker;
    for (let index = 0; index < 4; index++) broker.trySend(full, cycle);
    broker.trySend(unknown, cycle);
    broker.trySend(thrower, cycle);
    broker.send(full, cycle).subscribe(this.#onFailure);
    broker.send(unknown, cycle).subscribe(this.#onFailure);
    broker.send(thrower, cycle).subscribe(this.#onFailure);
    // One that runs and one that waits are cancelled; now and then one is left to time out.
    broker.send(silent, cycle).subscribe(this.#onFailure).unsubscribe();
    broker.send(busy, cycle).subscribe(this.#onFailure).unsubscribe();
    const expected = this.#expected;
    if (cycle % 10 === 0) {
      broker.send(silent, cycle, { timeout: 10 }).subscribe(this.#onFailure);
      expected.ended++;
      expected.errors++;
    }
    expected.full += 5;
    expected.notFound += 2;
    expected.errored += 2;
    expected.ended += 2;
    expected.errors += 3;
  }

  /** An actor comes, and goes with a message unread; so do its binding and an observer of topics. */
  #comeAndGo(cycle: number): void {
    const broker = this.#broker;
    const visitor = named(`visitor-${String(cycle)}`);
    broker.register(visitor, Mailbox.bounded<number>(10), { topics: [`visitors.${String(cycle)}`] });
    broker.trySend(visitor, cycle);
    broker.unregister(visitor);
    this.#expected.notFound++;
    this.#topic?.unsubscribe();
    this.#topic = broker.topic$(`seen.${String(cycle)}.*`).subscribe(this.#onSeen);
    broker.publish(`seen.${String(cycle)}.once`, cycle);
    this.#expected.seen++;
  }

  /** Waits until everything has been settled. */
  async settled(): Promise<void> {
    await until(() => {
      const { openRequests, pending, inFlight } = this.#broker.metrics();
      // One message stays in the mailbox that is full, and one turn of the actor that is busy stays open.
      return openRequests === 0 && pending === 1 && inFlight === 1;
    });
  }

  /** @throws an Error, unless every message has had the outcome that was due. */
  check(): void {
    const { succeeded, errored, full, notFound, ended, ...told } = this.#expected;
    const { totalSucceeded, totalErrored, totalAborted, failedBy, registeredActors, totalSent, totalDelivered, totalFailed } = this.#broker.metrics();
    const pairs: readonly (readonly [string, number, number])[] = [
      ['succeeded', totalSucceeded, succeeded],
      ['errored', totalErrored, errored],
      ['refused by a full mailbox', failedBy.MailboxFull, full],
      ['sent to nobody', failedBy.ActorNotFound, notFound],
      ['timed out or cancelled', totalAborted + failedBy.Timeout + failedBy.Cancelled, ended],
      ['replies', this.#actual.replies, told.replies],
      ['errors', this.#actual.errors, told.errors],
      ['seen by observers', this.#actual.seen, told.seen],
      ['registered', registeredActors, workerCount + 5],
      ['sent', totalSent, totalDelivered + totalFailed + 1],
    ];
    for (const [what, actual, wanted] of pairs) if (actual !== wanted) throw new Error(`${what}: ${actual}, not ${wanted}`);
  }

  readonly #onReply = {
    next: (): void => {
      this.#actual.replies++;
    },
  };

  readonly #onResult = {
    next: ({ ok }: BroadcastResult): void => {
      if (ok) this.#actual.replies++;
    },
  };

  readonly #onSeen = {
    next: (): void => {
      this.#actual.seen++;
    },
  };

  readonly #onFailure = {
    next: (): never => {
      throw new Error('Nobody replies.');
    },
    error: (): void => {
      this.#actual.errors++;
    },
  };
}
