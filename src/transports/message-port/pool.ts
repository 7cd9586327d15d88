import { type Observable, BehaviorSubject, asapScheduler, catchError, defer, finalize, firstValueFrom, lastValueFrom, race, throwError, timer } from 'rxjs';
import { resolveClose } from '../../broker/closing';
import { DistributedMessageBroker } from '../../distributed/distributed-message-broker';
import { checkPositiveInteger, describeValue } from '../../failure/check';
import { SendError } from '../../failure/send-error';
import { Mailbox } from '../../mailbox/mailbox';
import type { CloseOptions } from '../../message/closeable';
import type { ActorContext, MessageBroker } from '../../message/message-broker';
import type { Registration } from '../../message/registration';
import { write } from '../../observability/logger';
import { hubTransport } from './hub-transport';
import type { PoolSettings } from './pool-options';
import { PoolWorker, type PoolWorkerSetup, SILENT, type WorkerLike, checkWorker } from './pool-worker';
import type { PoolWorkerInfo } from './pool-worker-info';
import { RestartBudget } from './restart-budget';
import type { WorkerPool } from './worker-pool';

/** Gives the messages of one actor to several workers, and starts those again that end by themselves. */
export class Pool implements WorkerPool {
  readonly #id: string;
  readonly #start: () => WorkerLike;
  readonly #settings: PoolSettings;
  readonly #mailbox: Mailbox;
  readonly #registration: Registration;
  /** What the workers share. Its broker only connects them: it is not that of the pool's actor, so that workers learn of no other actors. */
  readonly #setup: PoolWorkerSetup;
  readonly #infos = new BehaviorSubject<readonly PoolWorkerInfo[]>([]);
  readonly workers$: Observable<readonly PoolWorkerInfo[]> = this.#infos.asObservable();
  #workers: PoolWorker[] = [];
  #size: number;
  #lastNumber = 0;
  readonly #restarts: RestartBudget;
  /** The workers that are being terminated. */
  readonly #ending = new Set<Promise<unknown>>();
  #isOver = false;

  constructor(broker: MessageBroker, id: string, start: () => WorkerLike, settings: PoolSettings) {
    const { concurrency, port, size, spawn, startTimeout } = settings;
    const { capacity = 1_000, topics, ...mailbox } = spawn;
    this.#id = id;
    this.#start = start;
    this.#settings = settings;
    this.#size = size;
    this.#restarts = new RestartBudget(settings.restart);
    // The pool gives out seats by pausing its mailbox, since their number changes.
    const options = { ...mailbox, concurrency: Infinity };
    this.#mailbox = capacity === Infinity ? Mailbox.unbounded(options) : Mailbox.bounded(capacity, options);
    this.#mailbox.pause();
    this.#mailbox.receive({ receive: (message: unknown, context: ActorContext) => this.#give(message, context), onStop: () => this.#end() });
    this.#registration = broker.register(id as never, this.#mailbox, topics === undefined ? {} : { topics });
    const hub = hubTransport(port);
    this.#setup = { hub, broker: new DistributedMessageBroker(hub, { logDeadLetters: false }), concurrency, startTimeout };
    try {
      this.#fill();
    } catch (error) {
      this.#registration.unsubscribe();
      throw error;
    }
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get size(): number {
    return this.#size;
  }

  resize(size: number): void {
    checkPositiveInteger(size, 'size');
    if (this.#isOver) return;
    this.#size = size;
    const staying = this.#staying();
    // Those that are free leave first.
    const leaving = staying.sort((one, other) => one.running - other.running).slice(0, Math.max(0, staying.length - size));
    for (const worker of leaving) worker.state = 'leaving';
    for (const worker of leaving) this.#endIfFree(worker);
    try {
      this.#fill();
    } catch (error) {
      this.#size = this.#staying().length;
      throw error;
    }
  }

  async close(options?: CloseOptions): Promise<void> {
    const { drain, timeout } = resolveClose(options);
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
    return defer(() => worker.send(message, envelope)).pipe(
      catchError((error: unknown) => throwError(() => (error instanceof SendError ? this.#failureOfPool(error, worker) : error))),
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
  #failureOfPool(error: SendError, worker: PoolWorker): SendError {
    const isGone = error.code === 'ActorNotFound' || error.code === 'NodeUnavailable';
    if (isGone) worker.lost(SILENT);
    const code = isGone ? 'NodeUnavailable' : error.code;
    const { cause = isGone ? worker.why : undefined, started } = error;
    return new SendError(code, { actorId: this.#id, started, cause, detail: isGone ? worker.why?.message : detailOf(error) });
  }

  #staying(): PoolWorker[] {
    return this.#workers.filter(({ state }) => state !== 'leaving');
  }

  #fill(): void {
    try {
      for (let count = this.#staying().length; count < this.#size; count++) this.#add();
    } finally {
      this.#changed();
    }
  }

  #add(): void {
    const started = this.#start();
    checkWorker(started);
    const worker: PoolWorker = new PoolWorker(++this.#lastNumber, started, this.#setup, {
      ready: () => this.#changed(),
      lost: (error) => this.#lost(worker, error),
    });
    this.#workers = [...this.#workers, worker];
  }

  #lost(worker: PoolWorker, error: Error): void {
    // The worker leaves the list first, so that messages that are given out when its own fail go to other workers.
    this.#terminate(worker);
    if (this.#isOver) return;
    const willRestart = worker.state !== 'leaving' && this.#restarts.take();
    this.#report(error, worker.info, willRestart ? '' : ', and is not started again');
    if (willRestart) this.#restart();
    this.#changed();
    // Without a worker nothing can be handled, so the pool ends. The failures of the last worker are told before that.
    if (this.#workers.length === 0) asapScheduler.schedule(() => this.#registration.unsubscribe());
  }

  #terminate(worker: PoolWorker): void {
    this.#workers = this.#workers.filter((one) => one !== worker);
    // Its seats are gone before anybody is told, who may send something.
    if (this.#free().length === 0) this.#mailbox.pause();
    const ended = worker.end();
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }

  /** A callback that throws does not harm the pool. */
  #report(error: Error, worker: PoolWorkerInfo, more: string): void {
    const { onWorkerLost } = this.#settings;
    if (onWorkerLost === undefined) {
      write(console, 'warn', `worker ${worker.number} of the pool ${describeValue(this.#id)} has ended${more}: ${error.message}`);
      return;
    }
    try {
      onWorkerLost(error, worker);
    } catch (thrown) {
      write(console, 'error', 'onWorkerLost of a pool has thrown', thrown);
    }
  }

  /** A worker that cannot be started counts as one that has ended. */
  #restart(): void {
    try {
      this.#add();
    } catch (error) {
      const willRestart = this.#restarts.take();
      this.#report(new Error('it could not be started', { cause: error }), { number: ++this.#lastNumber, running: 0, state: 'starting' }, willRestart ? '' : ', and is not started again');
      if (willRestart) this.#restart();
    }
  }

  #endIfFree(worker: PoolWorker): void {
    if (worker.state !== 'leaving' || worker.running > 0) return;
    this.#terminate(worker);
    this.#changed();
  }

  /** Lets the next turns begin while a seat is free, and tells what has changed. */
  #changed(): void {
    if (this.#isOver) return;
    if (this.#free().length > 0) this.#mailbox.resume();
    else this.#mailbox.pause();
    this.#infos.next(this.#workers.map(({ info }) => info));
  }

  async #end(): Promise<void> {
    if (!this.#isOver) {
      this.#isOver = true;
      for (const worker of this.#workers) this.#terminate(worker);
      this.#infos.next([]);
      this.#infos.complete();
    }
    await Promise.all([...this.#ending, this.#setup.broker.close({ drain: false })]);
  }
}

/** What the text of an error says beyond its code and the advice. */
function detailOf({ message }: SendError): string | undefined {
  return / \((.*)\)$/s.exec(message)?.[1];
}
