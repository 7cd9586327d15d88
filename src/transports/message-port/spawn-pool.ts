import { type Observable, BehaviorSubject, asapScheduler, asyncScheduler, catchError, defer, finalize, firstValueFrom, lastValueFrom, race, throwError, timer } from 'rxjs';
import { DistributedMessageBroker } from '../../distributed/distributed-message-broker';
import { checkActorId, checkFunction, checkPositiveInteger } from '../../failure/check';
import { SendError } from '../../failure/send-error';
import { Mailbox } from '../../mailbox/mailbox';
import type { ActorId } from '../../message/actor-id';
import type { CloseOptions } from '../../message/closeable';
import type { ActorContext, MessageBroker } from '../../message/message-broker';
import type { Registration } from '../../message/registration';
import { type HubTransport, hubTransport } from './hub-transport';
import { type PoolOptions, type PoolSettings, resolvePool } from './pool-options';
import { PoolWorker, type PoolWorkerInfo, type WorkerLike } from './pool-worker';

/** A pool of workers behind one actor. */
export interface WorkerPool {
  /** How many workers there should be. */
  readonly size: number;
  /** The workers: those of now first, then those after each change. Completes when the pool has ended. */
  readonly workers$: Observable<readonly PoolWorkerInfo[]>;
  /**
   * Changes how many workers there are. New ones are started; those that are too many end when they have handled what they are handling.
   *
   * @throws {RangeError} unless `size` is an integer of at least 1.
   */
  resize(size: number): void;
  /**
   * Ends the pool and its workers. With `drain` (the default) newcomers are refused, and what is queued is handled first, for at most `timeout`
   * milliseconds (5,000). Resolves when all workers have been terminated.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Registers an actor whose messages several workers handle. It is one actor to everybody: one id, and one mailbox, whose capacity, overflow and
 * priorities count for the pool; a broadcast has one result of it. A message goes to the worker that has the fewest, `concurrency` at a time;
 * the others wait in the mailbox. In the worker, `serveActor` has the handlers.
 *
 * Replies, streams, errors (as `RemoteError`), headers and cancellation cross. If a worker crashes or hangs, what it was handling fails with
 * `NodeUnavailable` and `started: 'unknown'`, and another one is started in its place.
 *
 * ```ts
 * const pool = spawnPool(broker, actorId(Hash), () => new Worker(new URL('./hash.worker.js', import.meta.url)), { size: 4 });
 * broker.send(actorId(Hash), Hash.file({ path })).subscribe(console.log);
 * await pool.close();
 * ```
 *
 * @throws {TypeError | RangeError} for a bad argument or option, and what `start` throws.
 * @throws {BrokerError} `AlreadyRegistered` if the id is taken.
 */
export function spawnPool<Msg>(broker: MessageBroker, id: ActorId<Msg>, start: () => WorkerLike, options: PoolOptions): WorkerPool {
  checkActorId(id);
  checkFunction(start, 'start');
  return new Pool(broker, id, start, resolvePool(options));
}

class Pool implements WorkerPool {
  readonly #id: string;
  readonly #start: () => WorkerLike;
  readonly #settings: PoolSettings;
  readonly #mailbox: Mailbox;
  readonly #registration: Registration;
  readonly #hub: HubTransport;
  /** The broker that meets the workers. It is not the one of the pool's actor, so that workers know of no other actors. */
  readonly #inner: DistributedMessageBroker;
  readonly #infos = new BehaviorSubject<readonly PoolWorkerInfo[]>([]);
  #workers: PoolWorker[] = [];
  #size: number;
  #lastNumber = 0;
  #restarts: number[] = [];
  #isOver = false;

  constructor(broker: MessageBroker, id: string, start: () => WorkerLike, settings: PoolSettings) {
    const { heartbeat, transfer, spawn, size } = settings;
    const { capacity = 1_000, topics, ...mailbox } = spawn;
    this.#id = id;
    this.#start = start;
    this.#settings = settings;
    this.#size = size;
    // The pool gives out seats by pausing its mailbox, since their number changes.
    const options = { ...mailbox, concurrency: Infinity };
    this.#mailbox = capacity === Infinity ? Mailbox.unbounded(options) : Mailbox.bounded(capacity, options);
    this.#mailbox.pause();
    this.#mailbox.receive({ receive: (message: unknown, context: ActorContext) => this.#give(message, context), onStop: () => this.#end() });
    this.#registration = broker.register(id as never, this.#mailbox, topics === undefined ? {} : { topics });
    this.#hub = hubTransport({ ...(heartbeat !== undefined && { heartbeat }), ...(transfer !== undefined && { transfer }) });
    this.#inner = new DistributedMessageBroker(this.#hub, { logDeadLetters: false });
    try {
      this.#fill();
    } catch (error) {
      this.#registration.unsubscribe();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  get workers$(): Observable<readonly PoolWorkerInfo[]> {
    return this.#infos.asObservable();
  }

  resize(size: number): void {
    checkPositiveInteger(size, 'size');
    if (this.#isOver) return;
    this.#size = size;
    const staying = this.#workers.filter(({ state }) => state !== 'leaving');
    // Those that are free leave first.
    const leaving = staying.sort((one, other) => one.running - other.running).slice(0, Math.max(0, staying.length - size));
    for (const worker of leaving) worker.state = 'leaving';
    for (const worker of leaving) this.#endIfFree(worker);
    this.#fill();
  }

  async close({ drain = true, timeout = 5_000 }: CloseOptions = {}): Promise<void> {
    if (drain && !this.#isOver) {
      this.#mailbox.close();
      const drained = lastValueFrom(this.#mailbox.idle$, { defaultValue: true });
      await (timeout === Infinity ? drained : firstValueFrom(race(drained, timer(timeout))));
    }
    this.#registration.unsubscribe();
    await this.#end();
  }

  // --------------------------------------------------------------------------------------------------

  /** Gives a message to the worker that has the fewest. While all seats are taken the mailbox is paused, so there is one. */
  #give(message: unknown, { envelope }: ActorContext): Observable<unknown> {
    const worker = this.#free().reduce((least, one) => (one.running < least.running ? one : least));
    worker.running++;
    this.#changed();
    return defer(() => worker.send(message, envelope.headers)).pipe(
      catchError((error: unknown) => throwError(() => (error instanceof SendError ? this.#inItsName(error, worker) : error))),
      finalize(() => {
        worker.running--;
        this.#endIfFree(worker);
        this.#changed();
      }),
    );
  }

  #free(): PoolWorker[] {
    return this.#workers.filter(({ running, state }) => state === 'ready' && running < this.#settings.concurrency);
  }

  /** The failure of a worker, as that of the pool's actor. A worker that has ended gets no other message. */
  #inItsName(error: SendError, worker: PoolWorker): SendError {
    const isGone = error.code === 'ActorNotFound' || error.code === 'NodeUnavailable';
    if (isGone) worker.lost();
    const code = isGone ? 'NodeUnavailable' : error.code;
    return new SendError(code, { actorId: this.#id, started: error.started, cause: error.cause, detail: error.message });
  }

  #fill(): void {
    for (let count = this.#workers.filter(({ state }) => state !== 'leaving').length; count < this.#size; count++) this.#add();
    this.#changed();
  }

  #add(): void {
    const { concurrency } = this.#settings;
    const worker: PoolWorker = new PoolWorker(++this.#lastNumber, this.#start(), concurrency, { broker: this.#inner, hub: this.#hub }, {
      ready: () => this.#changed(),
      ended: () => this.#lost(worker),
    });
    this.#workers = [...this.#workers, worker];
  }

  #lost(worker: PoolWorker): void {
    // It is out of the list first: what its failures set free goes to another one.
    this.#workers = this.#workers.filter((one) => one !== worker);
    worker.end();
    if (this.#isOver) return;
    if (worker.state !== 'leaving' && this.#mayRestart()) this.#restart();
    this.#changed();
    // Nobody is left who could handle anything. The failures of the last one are told first.
    if (this.#workers.length === 0) asapScheduler.schedule(() => this.#registration.unsubscribe());
  }

  #mayRestart(): boolean {
    const { restart } = this.#settings;
    if (restart === false) return false;
    const now = asyncScheduler.now();
    this.#restarts = this.#restarts.filter((at) => now - at < restart.within);
    if (this.#restarts.length >= restart.max) return false;
    this.#restarts.push(now);
    return true;
  }

  /** A worker that cannot be started counts as one that has ended. */
  #restart(): void {
    try {
      this.#add();
    } catch {
      if (this.#mayRestart()) this.#restart();
    }
  }

  #endIfFree(worker: PoolWorker): void {
    if (worker.state !== 'leaving' || worker.running > 0) return;
    this.#workers = this.#workers.filter((one) => one !== worker);
    worker.end();
    this.#changed();
  }

  /** Lets the next turns begin while a seat is free, and tells what has changed. */
  #changed(): void {
    if (this.#isOver) return;
    if (this.#free().length > 0) this.#mailbox.resume();
    else this.#mailbox.pause();
    this.#infos.next(this.#workers.map(({ number, running, state }) => ({ number, running, state })));
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const worker of this.#workers) worker.end();
    this.#workers = [];
    this.#infos.next([]);
    this.#infos.complete();
    await this.#inner.close({ drain: false });
  }
}
