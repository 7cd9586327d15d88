import type { SchedulerLike, Subscription } from 'rxjs';
import { ChunkedQueue } from '../buffer/chunked-queue';
import { macrotask } from './macrotask';

/** What a dispatcher runs: a mailbox. */
export interface Runnable {
  /** Where it lines up when it is ready. */
  readonly line: Line;
  isLinedUp: boolean;
  /** Whether its next message may begin now. */
  readonly canRun: boolean;
  /** Its visit has ended with nothing to run. */
  endIfEmpty(): void;
}

/**
 * The mailboxes that are ready in one place, in the order in which they became so: on the sender's stack (no scheduler), or on one
 * scheduler.
 */
export class Line {
  readonly owner: Lines;
  readonly scheduler: SchedulerLike | undefined;
  /** A line with a scheduler: nothing was asked of it, it was asked, it has called and the line may run. */
  state: 'unasked' | 'asked' | 'due' = 'unasked';
  action: Subscription | undefined;
  #ready: ChunkedQueue<Runnable, number> | undefined;

  constructor(owner: Lines, scheduler: SchedulerLike | undefined) {
    this.owner = owner;
    this.scheduler = scheduler;
  }

  get isEmpty(): boolean {
    return this.#ready === undefined || this.#ready.size === 0;
  }

  add(runnable: Runnable): void {
    const wasLinedUp = runnable.isLinedUp ? 1 : 0;
    runnable.isLinedUp = true;
    (this.#ready ??= new ChunkedQueue()).push(runnable, wasLinedUp);
  }

  /** The first mailbox that can still run, and still belongs to this dispatcher. */
  take(): Runnable | null {
    while (!this.isEmpty) {
      const ready = this.#ready as ChunkedQueue<Runnable, number>;
      // A mailbox that runs before all others may stand in its own line, too.
      const standsElsewhere = ready.headMeta() === 1;
      const runnable = ready.shift();
      if (runnable.line.owner !== this.owner) continue;
      runnable.isLinedUp = standsElsewhere;
      if (runnable.canRun) return runnable;
      runnable.endIfEmpty();
    }
    return null;
  }
}

/** Where the mailboxes of a dispatcher line up, and what is asked of their schedulers (rule D3). */
export class Lines {
  readonly #main: Line;
  /** Those that got a message from outside while they were idle: they run before all others, even where a drain has given way (rule D1). */
  readonly #first: Line = new Line(this, undefined);
  #byScheduler: WeakMap<SchedulerLike, Line> | undefined;
  /** Lines with a scheduler in which somebody stands. */
  #busy: Line[] = [];
  readonly #due: (makeDue: () => void) => void;
  readonly #reportError: (what: string, error: unknown) => void;
  #isClosed = false;

  /** `due` is called when a scheduler calls, and makes a step of it. */
  constructor(scheduler: SchedulerLike | undefined, due: (makeDue: () => void) => void, reportError: (what: string, error: unknown) => void) {
    this.#main = new Line(this, scheduler);
    this.#due = due;
    this.#reportError = reportError;
  }

  of(scheduler: SchedulerLike | undefined): Line {
    if (scheduler === undefined || scheduler === this.#main.scheduler) return this.#main;
    this.#byScheduler ??= new WeakMap();
    let line = this.#byScheduler.get(scheduler);
    if (line === undefined) this.#byScheduler.set(scheduler, (line = new Line(this, scheduler)));
    return line;
  }

  add(runnable: Runnable): void {
    const { line } = runnable;
    if (line.scheduler !== undefined && line.isEmpty && !this.#busy.includes(line)) this.#busy.push(line);
    line.add(runnable);
  }

  addFirst(runnable: Runnable): void {
    this.#first.add(runnable);
  }

  takeFirst(): Runnable | null {
    return this.#first.take();
  }

  /** The next that may run now. */
  take(): Runnable | null {
    let runnable = this.#main.scheduler === undefined ? this.#main.take() : null;
    if (this.#busy.length === 0) return runnable;
    for (const line of this.#busy) {
      if (line.state === 'due') runnable ??= line.take();
      if (line.isEmpty) line.state = line.state === 'due' ? 'unasked' : line.state;
    }
    this.#busy = this.#busy.filter(({ isEmpty }) => !isEmpty);
    return runnable;
  }

  /** Asks the schedulers of those that stand in line. Answers whether one has called at once. */
  ask(): boolean {
    let isDue = false;
    for (const line of this.#busy) {
      if (line.state === 'unasked' && !this.#isClosed) this.#ask(line, line.scheduler as SchedulerLike);
      isDue ||= (line.state as string) === 'due';
    }
    return isDue;
  }

  /**
   * The due lines wait for a macrotask. Their schedulers are asked again there: a microtask scheduler that was asked now would not give
   * way.
   */
  giveWay(): void {
    for (const line of this.#busy) {
      line.state = 'unasked';
      try {
        line.action?.unsubscribe();
      } catch (error) {
        this.#reportError('the dispatcher', error);
      }
    }
  }

  /** Takes back what was asked of schedulers, for good. */
  close(): void {
    this.#isClosed = true;
    this.giveWay();
  }

  #ask(line: Line, scheduler: SchedulerLike): void {
    line.state = 'asked';
    const call = (): void => {
      line.action = undefined;
      if (!this.#isClosed) this.#due(() => (line.state = 'due'));
    };
    try {
      const action = scheduler.schedule(call);
      // A scheduler may call at once.
      if (line.state === 'asked') line.action = action;
    } catch (error) {
      // As `animationFrameScheduler` does where there are no frames: what stands in line must not wait for ever.
      this.#reportError('the dispatcher, in whose place a macrotask drains,', error);
      macrotask(call);
    }
  }
}
