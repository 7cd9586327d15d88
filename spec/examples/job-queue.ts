import { type MessageBroker, type SendOptions, InMemoryMessageBroker, Mailbox, Message, actorId } from 'rx-broker';
import { type Observable, filter, firstValueFrom, lastValueFrom } from 'rxjs';

/** The work of a job. Its `signal` aborts if the job is cancelled while it runs. */
export type Work<Result> = (signal: AbortSignal) => Result | PromiseLike<Result> | Observable<Result>;

class Job<Result> extends Message<Result> {
  constructor(readonly work: Work<Result>) { super(); }
}

export interface JobQueueOptions {
  /** How many jobs run at once. Default 1. */
  readonly concurrency?: number;
  /** How many jobs may wait. One more is refused with `MailboxFull`. Default 1,000. */
  readonly capacity?: number;
  /** Whether jobs only run after `start()`. Default false. */
  readonly paused?: boolean;
}

/**
 * A queue of jobs: at most `concurrency` run at once, and the highest priority goes first.
 *
 *     const queue = new JobQueue({ concurrency: 2 });
 *     const page = await queue.add((signal) => fetch(url, { signal }), { priority: 'high' });
 */
export class JobQueue {
  readonly #broker: MessageBroker;
  readonly #id = actorId<Job<any>>();
  readonly #mailbox: Mailbox<Job<any>>;

  constructor({ concurrency = 1, capacity = 1_000, paused = false }: JobQueueOptions = {}, broker: MessageBroker = new InMemoryMessageBroker()) {
    this.#broker = broker;
    this.#mailbox = Mailbox.bounded(capacity, { concurrency, fairness: 'strict' });
    if (paused) this.#mailbox.pause();
    this.#mailbox.receive(({ work }, { signal }) => work(signal));
    broker.register(this.#id, this.#mailbox);
  }

  /** Adds a job. The promise is of its result, of the last value if the result is a stream. `signal` in the options cancels the job. */
  add<Result>(work: Work<Result>, options?: SendOptions): Promise<Result> {
    return lastValueFrom(this.job$(work, options));
  }

  /** The same job as a cold Observable: each subscription adds it, and unsubscribing cancels it. */
  job$<Result>(work: Work<Result>, options?: SendOptions): Observable<Result> {
    return this.#broker.send(this.#id, new Job(work), { timeout: Infinity, ...options });
  }

  pause(): void { this.#mailbox.pause(); }

  start(): void { this.#mailbox.resume(); }

  /** Drops the jobs that wait, and returns how many. Their promises reject with `Dropped`. What runs goes on. */
  clear(): number { return this.#mailbox.clear(); }

  /** Resolves when no job waits or runs. */
  async onIdle(): Promise<void> {
    await firstValueFrom(this.#mailbox.idle$.pipe(filter((isIdle) => isIdle)));
  }
}
