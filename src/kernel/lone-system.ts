import { asyncScheduler } from 'rxjs';
import { Counts } from './counts';
import { Dispatcher } from './dispatcher';
import type { Runnable } from './lines';
import { runNext } from './run';
import type { End, Journal, System, Task } from './task';

/** How many failures of its handler a mailbox without a broker writes to the console. */
const WRITTEN = 10;

/** The journal of a mailbox without a broker: it has no observers, and writes its handler's first failures to the console (rule M6). */
class LoneJournal implements Journal {
  readonly followsTurns = false;
  #failures = 0;

  observes(): boolean {
    return false;
  }

  ignoresLettersOf(): boolean {
    return true;
  }

  sent(): void {}
  queued(): void {}
  began(): void {}
  delivered(): void {}
  countFailure(): void {}
  closed(): void {}

  ended(task: Task, { outcome, code, error }: End): void {
    if (outcome !== 'errored' && outcome !== 'aborted') return;
    // A flood of failures must not become a flood of lines.
    if (++this.#failures > WRITTEN) return;
    task.system.dispatcher.add(() => console.warn(`rx-broker: ${String(code)} in a mailbox without a broker:`, error));
  }

  hookFailed(hook: string, _id: string, error: unknown): void {
    this.callbackFailed(hook, error);
  }

  callbackFailed(what: string, error: unknown): void {
    console.warn(`rx-broker: ${what} threw:`, error);
  }
}

/**
 * The system of a mailbox without a broker, which drains on the sender's stack. Its parts are made when they are first used, since most
 * mailboxes are registered at once.
 */
export class LoneSystem implements System {
  readonly host = null;
  readonly drainsAt = undefined;
  readonly intercept = null;
  readonly lookUp = null;
  #parts: Parts | undefined;

  get dispatcher(): Dispatcher {
    return this.#made().dispatcher;
  }

  get counts(): Counts {
    return this.#made().counts;
  }

  get journal(): Journal {
    return this.#made().journal;
  }

  nextId(): string {
    return `mailbox:message-${(++this.#made().lastId).toString(32)}`;
  }

  watches(): boolean {
    return false;
  }

  isRunning(mailbox: Runnable): boolean {
    return this.#parts?.dispatcher.stack === mailbox;
  }

  left(mailbox: Runnable): void {
    this.#parts?.dispatcher.leave(mailbox);
  }

  #made(): Parts {
    return (this.#parts ??= new Parts());
  }
}

class Parts {
  lastId = 0;
  readonly counts: Counts = new Counts();
  readonly journal: Journal = new LoneJournal();
  readonly dispatcher: Dispatcher = new Dispatcher({
    runNext,
    reportError: (what, error) => this.journal.callbackFailed(what, error),
    scheduler: asyncScheduler,
    dispatcher: undefined,
  });
}
