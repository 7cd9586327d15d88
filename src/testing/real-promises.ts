import { describeValue } from '../failure/check';
import { SendError } from '../failure/send-error';
import type { MailboxCore } from '../kernel/mailbox-core';
import type { Task } from '../kernel/task';
import { errorAt, placeOf } from './own-line';

/**
 * Finds the actors of a marble run whose handler returned a promise. The run is over before any promise settles, so such a turn holds its seat
 * to the end.
 */
export class RealPromises {
  /** The mailbox of each actor, with the line of the test that spawned or registered it. */
  readonly #actors = new Map<MailboxCore, Error>();

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  add(mailbox: MailboxCore, line: Error): void {
    this.#actors.set(mailbox, line);
  }

  /** A note for a failure of the run. `undefined` if no handler has returned a promise. */
  note(): string | undefined {
    for (const [mailbox, line] of this.#actors) {
      const what = promiseOf(mailbox);
      if (what !== undefined) return `${what} (registered at ${placeOf(line)})`;
    }
    return undefined;
  }

  /** The failure of a run in which somebody waits for a promise. It points to the line that spawned the actor. */
  failure(options?: ErrorOptions): Error | undefined {
    for (const [mailbox, line] of this.#actors) {
      const what = promiseOf(mailbox);
      const who = whoWaits(mailbox);
      if (what !== undefined && who !== undefined) return errorAt(line, `${what}, and ${who}`, options);
    }
    return undefined;
  }
}

/** Whether a run failed with the timeout of an ask that nobody caught. */
export function isTimeout(error: unknown): boolean {
  return error instanceof SendError && error.code === 'Timeout';
}

function promiseOf(mailbox: MailboxCore): string | undefined {
  const id = describeValue(mailbox.id);
  if (mailbox.isStarting) return `a promise is real time: in a marble test onStart returns none. That of ${id} did`;
  return promisedTurns(mailbox).length > 0 ? `a promise is real time: answer with a stream. The handler of ${id} answered with a promise` : undefined;
}

function promisedTurns({ seats }: MailboxCore): Task[] {
  return (seats ?? []).filter(({ rest }) => rest?.isPromise === true);
}

/** A text that says who waits for an open promise of a mailbox. `undefined` if nobody does: a message was told, or its caller has cancelled. */
function whoWaits(mailbox: MailboxCore): string | undefined {
  const { queue, size, isStarting, hasFreeSeat } = mailbox;
  const behind = size + (queue?.waitingCount ?? 0);
  if (behind > 0 && (isStarting || !hasFreeSeat)) return `${behind === 1 ? 'a message waits' : `${behind} messages wait`} behind it`;
  for (const { caller, rest } of promisedTurns(mailbox)) {
    if (caller !== null && !caller.closed) return 'a caller waits for the reply';
    if (isTimeout(rest?.abortReason)) return 'its turn timed out. (For no answer there is NEVER.)';
  }
  return undefined;
}
