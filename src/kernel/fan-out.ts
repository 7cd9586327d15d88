import type { Handler } from '../message/message-broker';
import { type Details, isPlain } from './details';
import type { Dispatcher, OnePiece } from './dispatcher';
import { MailboxCore } from './mailbox-core';
import { offer } from './offer';
import { isPrimitive, returned, threw } from './run';
import { Stamp } from './stamp';
import { type Caller, type Recipient, type System, Task, newTask } from './task';

/** Takes the reply of one target of a broadcast. */
export interface Place extends Caller {
  /** Takes a plain reply. */
  succeed(value: unknown): void;
}

/** A message to many targets: a broadcast or a publication. */
export interface Cast {
  readonly targets: readonly Recipient[];
  /** The message goes to the first `count` of `targets` only. */
  readonly count: number;
  readonly message: unknown;
  readonly lane: number;
  readonly details: Details;
  /** Makes the place for the reply to the message of one target. `undefined`: nobody waits for replies. */
  readonly placeFor: ((task: Task) => Place) | undefined;
  /** Milliseconds until a reply must have come, if replies are waited for. */
  readonly timeout: number;
}

/**
 * One message on its way to many targets (rules R3 and R4). If all are idle and nobody observes events, their handlers run in one loop, and
 * the dispatcher holds the message in one piece (4.9 → 1.0 × `Subject.next` a delivery). The first operation, or the first reading of a
 * number, unfolds it: the remaining targets get the message into their queues, and the loop stops. So user code never finds a message that
 * was sent and is in no queue.
 */
export class FanOut implements OnePiece {
  readonly #system: System;
  readonly #cast: Cast;
  /** The stamp for all targets. `null` for a message without details, until a handler reads the time. */
  #stamp: Stamp | null;
  /** The index of the first target that the message has not reached. */
  #at = 0;
  /** How many targets took it. */
  taken = 0;

  constructor(system: System, cast: Cast) {
    this.#system = system;
    this.#cast = cast;
    this.#stamp = isPlain(cast.details) ? null : new Stamp(undefined, cast.details);
  }

  /**
   * Whether every target is idle, and no ttl can be over before a target has its turn. If not, the whole message goes by the queues, so that the
   * loop need not look at each target again (0.1 × `Subject.next` a delivery).
   */
  get isDirect(): boolean {
    const { targets, count, details } = this.#cast;
    if (details.ttl !== undefined) return false;
    for (let index = 0; index < count; index++) {
      const { isDirect, settings } = targets[index] as MailboxCore;
      if (!isDirect || settings.ttl !== Infinity) return false;
    }
    return true;
  }

  /** Offers the message to every target, as part of a step. `isRefusing`: the broker is closing. */
  offer(isRefusing: boolean): void {
    const { targets, count, message, lane, placeFor } = this.#cast;
    const { journal } = this.#system;
    while (this.#at < count) {
      const target = targets[this.#at++] as Recipient;
      if (placeFor !== undefined || journal.observes(target.id)) {
        if (offer(this.#taskFor(target), isRefusing, null) === null) this.taken++;
        continue;
      }
      const code = isRefusing ? 'BrokerClosed' : target.takePlain(message, lane, this.#stamp);
      if (code === null) this.taken++;
      else target.losePlain(message, lane, code, this.#stamp);
    }
  }

  /** Puts the message into the queues of the remaining targets. If a turn is on the stack, it is that of the last target reached. */
  unfold(): void {
    const { targets, count, message, lane, placeFor } = this.#cast;
    const { dispatcher, counts } = this.#system;
    if (dispatcher.running !== null) {
      dispatcher.stack = targets[this.#at - 1] as MailboxCore;
      if (placeFor !== undefined) counts.requests++;
    }
    while (this.#at < count) {
      const target = targets[this.#at++] as MailboxCore;
      if (placeFor !== undefined) counts.requests++;
      target.takeIdle(message, placeFor === undefined ? this.#stamp : this.#taskFor(target), lane);
    }
  }

  /** Runs the handlers of the targets, which are idle. If something happens, the message unfolds, and the drain runs the rest. */
  runTold(dispatcher: Dispatcher): void {
    const { targets, count, message, lane } = this.#cast;
    // `stack` names the first target during the whole loop; `unfold` writes the right one before anybody reads it (0.1 × `Subject.next` a
    // delivery).
    dispatcher.stack = targets[0] as MailboxCore;
    while (this.#at < count) {
      const mailbox = targets[this.#at++] as MailboxCore;
      const task = new Task(mailbox, lane, 'running', this.#stamp);
      mailbox.delivered++;
      let result: unknown;
      try {
        result = (mailbox.handler as Handler)(message, task);
      } catch (error) {
        dispatcher.unfold();
        task.more().message = message;
        threw(task, mailbox, dispatcher, error);
        dispatcher.finishDirect(mailbox);
        return;
      }
      if ((result !== undefined && !isPrimitive(result)) || !this.#isClear(task, dispatcher)) {
        dispatcher.unfold();
        task.more().message = message;
        returned(task, mailbox, dispatcher, result);
        dispatcher.finishDirect(mailbox);
        return;
      }
      task.state = 'over';
    }
    this.#end(dispatcher);
  }

  /** Runs the handlers in the same way, with a place for each target's reply. */
  runAsked(dispatcher: Dispatcher, placeFor: (task: Task) => Place): void {
    const { targets, count, message, lane } = this.#cast;
    while (this.#at < count) {
      const mailbox = targets[this.#at++] as MailboxCore;
      const task = new Task(mailbox, lane, 'running', this.#stamp);
      // Made before the handler is called, which may cancel its own turn by the signal of the broadcast.
      const place = placeFor(task);
      mailbox.delivered++;
      dispatcher.stack = mailbox;
      let result: unknown;
      try {
        result = (mailbox.handler as Handler)(message, task);
      } catch (error) {
        dispatcher.unfold();
        this.#give(task, place);
        threw(task, mailbox, dispatcher, error);
        dispatcher.finishDirect(mailbox);
        return;
      }
      if ((result !== undefined && !isPrimitive(result)) || !this.#isClear(task, dispatcher)) {
        dispatcher.unfold();
        this.#give(task, place);
        returned(task, mailbox, dispatcher, result);
        dispatcher.finishDirect(mailbox);
        return;
      }
      task.state = 'over';
      dispatcher.stack = 'telling';
      try {
        place.succeed(result);
      } catch (error) {
        dispatcher.outbox.report(error);
      }
      // If the observer of the reply made a step, the drain runs that and the remaining targets. The visit of this mailbox goes on.
      if (!dispatcher.isClear()) {
        dispatcher.unfold();
        dispatcher.finishDirect(mailbox);
        return;
      }
    }
    this.#end(dispatcher);
  }

  /** Whether the next target may run in the loop. If this one has read the time, that is the time of the message for all that follow. */
  #isClear(task: Task, dispatcher: Dispatcher): boolean {
    if (dispatcher.due === 'nothing') return true;
    this.#stamp ??= task.stamp;
    return dispatcher.isClear();
  }

  #end(dispatcher: Dispatcher): void {
    if (dispatcher.isClear()) {
      dispatcher.release();
      return;
    }
    dispatcher.unfold();
    dispatcher.finish();
  }

  #taskFor(target: Recipient): Task {
    const { details, lane, message, placeFor } = this.#cast;
    const task = newTask(target, message, lane, null, this.#stamp ?? new Stamp(undefined, details));
    if (placeFor !== undefined) this.#give(task, placeFor(task));
    return task;
  }

  /** Gives the task its place as its caller. */
  #give(task: Task, place: Place): void {
    const { message, timeout } = this.#cast;
    const rest = task.more();
    rest.message = message;
    rest.caller = place;
    rest.timeout = timeout;
  }
}
