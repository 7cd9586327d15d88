import type { SchedulerLike, Subscription } from 'rxjs';
import { ChunkedQueue } from '../buffer/chunked-queue';
import { macrotask } from './macrotask';

/** A mailbox, as its dispatcher sees it. */
export interface Runnable {
  /** The line in which it stands when it is ready. */
  readonly line: Line;
  /** Whether it stands in its line. */
  isLinedUp: boolean;
  /** Whether its next message may begin now. */
  readonly canRun: boolean;
  /** Its place among the mailboxes whose `idle$` is observed, in the order in which that began. */
  idleOrder: number;
  /** Tells the observers of `idle$`. Called when nothing else is left to tell. */
  tellIdle(): void;
}

/**
 * A queue of mailboxes, in the order in which they became ready. They run on the sender's stack, or on the line's scheduler if it has one.
 */
export class Line {
  readonly owner: Lines;
  readonly scheduler: SchedulerLike | undefined;
  /** Only for a line with a scheduler. `unasked`: no action is scheduled. `asked`: one is. `due`: it was called, and the line may run. */
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

  /** The first mailbox that still belongs to this dispatcher. It may have nothing to run any more. */
  take(): Runnable | null {
    while (!this.isEmpty) {
      const ready = this.#ready as ChunkedQueue<Runnable, number>;
      // A mailbox in the line that runs before all others may stand in its own line, too.
      const standsElsewhere = ready.headMeta() === 1;
      const runnable = ready.shift();
      if (runnable.line.owner !== this.owner) continue;
      runnable.isLinedUp = standsElsewhere;
      return runnable;
    }
    return null;
  }
}

/** The lines of one dispatcher, and the actions on their schedulers (rule D3). */
export class Lines {
  /** For mailboxes without a `dispatcher` of their own. */
  readonly #main: Line;
  /** For idle mailboxes that got a message from outside. They run before all others, even after a drain has given way (rule D1). */
  readonly #first: Line = new Line(this, undefined);
  #byScheduler: WeakMap<SchedulerLike, Line> | undefined;
  /** The lines with a scheduler in which mailboxes stand. */
  #busy: Line[] = [];
  readonly #due: (makeDue: () => void) => void;
  readonly #reportError: (what: string, error: unknown) => void;
  #isClosed = false;

  /** `due` runs its argument as a step, when a scheduler calls. */
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
    if (line.scheduler !== undefined && !this.#busy.includes(line)) this.#busy.push(line);
    line.add(runnable);
  }

  /** Adds a mailbox, unless it stands in line already. */
  lineUp(runnable: Runnable): void {
    if (!runnable.isLinedUp) this.add(runnable);
  }

  addFirst(runnable: Runnable): void {
    this.#first.add(runnable);
  }

  /** Whether a mailbox is to run before all others. */
  get mustRun(): boolean {
    return !this.#first.isEmpty;
  }

  takeFirst(): Runnable | null {
    return this.#first.take();
  }

  /** The next mailbox that may run now. */
  take(): Runnable | null {
    let runnable = this.#main.scheduler === undefined ? this.#main.take() : null;
    if (this.#busy.length === 0) return runnable;
    for (const line of this.#busy) {
      if (line.state === 'due') runnable ??= line.take();
      if (line.isEmpty) line.state = 'unasked';
    }
    this.#busy = this.#busy.filter(({ isEmpty }) => !isEmpty);
    return runnable;
  }

  /** Schedules an action for each line that needs one. Returns whether a line is due, since a scheduler may call at once. */
  ask(): boolean {
    let isDue = false;
    for (const line of this.#busy) {
      if (line.state === 'unasked' && !this.#isClosed) this.#ask(line, line.scheduler as SchedulerLike);
      isDue ||= (line.state as string) === 'due';
    }
    return isDue;
  }

  /**
   * Takes all scheduled actions back. The lines are scheduled again in a macrotask, since a microtask scheduler that is asked now would run
   * before it.
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

  /** Takes all scheduled actions back, for good. */
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
      // If the scheduler has called at once, the action is over.
      if (line.state === 'asked') line.action = action;
    } catch (error) {
      // `animationFrameScheduler` throws where there are no frames. The line must not wait for ever.
      this.#reportError('the dispatcher (a macrotask drains instead)', error);
      macrotask(call);
    }
  }
}
