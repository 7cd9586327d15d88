import type { Observer } from 'rxjs';
import type { Withdrawable } from '../../buffer/chunked-queue';
import type { FailureCode } from '../../failure/failure-code';
import type { ActorId } from '../../message/actor-id';
import { PRIORITIES, type Priority } from '../../message/priority';
import type { Envelope } from '../actor/envelope';
import type { Dispatch } from '../dispatch/dispatch';
import type { Timed } from '../dispatch/timed';
import type { MailboxCore } from '../mailbox-core';
import { DONE, FRESH, HELD, RUNNING, type RecordState, SHARED, WAITING } from '../state/record-state';
import type { MessageProperties } from './message-properties';
import type { Turn } from './turn';
import { abortTurn } from './turn-abort';

/** Who waits for a reply. */
export interface Caller extends Observer<unknown> {
  /** Gone: nothing it is given reaches anyone. */
  readonly closed?: boolean;
  /** Told when the message is handed to its actor. */
  started?(): void;
}

/**
 * All that is known of a message that is more than "this value, to that mailbox, normal": one with a caller, with options, on a
 * topic, or one somebody looks at. Most messages never get one.
 */
export class MessageRecord implements Envelope, Withdrawable, Timed {
  message: unknown;
  readonly lane: number;
  properties: MessageProperties;
  readonly dispatch: Dispatch;
  /** Whose reply this is; `null` for a message that was told, not asked. */
  caller: Caller | null;
  /** Whether there was a caller, gone or not. */
  asked: boolean;
  core: MailboxCore | null = null;
  /** The id it was sent to, whether or not anyone is there. */
  target: string | undefined = undefined;
  state: RecordState = FRESH;
  /** Whether a first value of its reply has come, which is all that its timeout is about (rule S4). */
  answered = false;
  turn: Turn | null = null;
  /** The turn that waits for this ask (`context.send`). */
  parent: Turn | null = null;
  place: Timed['place'] = null;
  /** Takes the caller's `AbortSignal` listener off. */
  unlisten: (() => void) | undefined = undefined;
  #id: string | undefined;
  #sentAt: number;

  constructor(dispatch: Dispatch, message: unknown, lane: number, properties: MessageProperties, caller: Caller | null, sentAt = -1) {
    this.dispatch = dispatch;
    this.message = message;
    this.lane = lane;
    this.properties = properties;
    this.caller = caller;
    this.asked = caller !== null;
    this.#sentAt = sentAt;
  }

  get id(): string {
    return (this.#id ??= this.dispatch.ids.next());
  }

  get sentAt(): number {
    if (this.#sentAt < 0) this.#sentAt = this.dispatch.clock.now();
    return this.#sentAt;
  }

  /** It waits from now, where nobody has asked before since when. */
  noteSent(): void {
    if (this.#sentAt < 0) this.#sentAt = this.dispatch.scheduler.now();
  }

  get priority(): Priority {
    return PRIORITIES[this.lane] as Priority;
  }

  get topic(): string | undefined {
    return this.properties.topic;
  }

  get sender(): ActorId | undefined {
    return this.properties.sender;
  }

  get attempt(): number {
    return this.properties.attempt;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.properties.headers;
  }

  /** What `JSON.stringify` makes of an envelope: not the broker behind it. */
  toJSON(): Envelope {
    const { id, priority, topic, sender, sentAt, attempt, headers } = this;
    return { id, priority, topic, sender, sentAt, attempt, headers };
  }

  get isOver(): boolean {
    return this.state === DONE;
  }

  /** One record for all targets of a fan-out: it has no state of its own. */
  get shared(): boolean {
    return this.state === SHARED;
  }

  /** Taken out of the queue that still has a slot for it. */
  get withdrawn(): boolean {
    return this.state === FRESH || this.state === DONE;
  }

  /** This fan-out's message as one target's own. */
  own(core: MailboxCore): MessageRecord {
    const record = new MessageRecord(this.dispatch, this.message, this.lane, this.properties, null, this.#sentAt);
    record.core = core;
    record.target = core.id;
    return record;
  }

  /** Starts the caller's clock (rule S4). `order` is its turn among those that expire at the same time. */
  expireIn(timeout: number, from: number = this.sentAt, order?: number): void {
    if (timeout !== Infinity && !this.answered) this.dispatch.deadlines.add(this, timeout, from, order);
  }

  /** Its time is over: never run if it has not been, aborted if it has. */
  expire(): void {
    this.dispatch.within(() => this.fail('Timeout'));
  }

  /** Ends it wherever it is, with a code. */
  fail(code: FailureCode, detail?: string): void {
    if (this.state === RUNNING) abortTurn(this.turn as Turn, code);
    else if (this.state === WAITING || this.state === HELD) {
      const core = this.core as MailboxCore;
      const { message } = this;
      core.withdraw(this);
      core.lose(this.dispatch, message, this, code, detail);
      core.leftQueue();
    }
  }

  /** The caller is gone, or no longer wants it (rule S3). */
  unsubscribe(): void {
    this.cancel(undefined);
  }

  /** Takes it back. `reason`, where there is one, is what the caller's stream ends with. */
  cancel(reason: unknown): void {
    if (this.state === DONE) return;
    if (this.state === FRESH) {
      // On its way to its mailbox: who offers it finds its caller gone.
      if (reason !== undefined) this.caller?.error(reason);
      return;
    }
    const takeBack = (): void => this.#takeBack(reason);
    // Only what runs may have a chain of others behind it; what waits leaves at once, however deep this is (rule S3).
    this.dispatch.within(this.state === RUNNING ? () => this.dispatch.nesting.run(takeBack) : takeBack);
  }

  #takeBack(reason: unknown): void {
    if (this.state === DONE || this.state === FRESH) return;
    const { caller } = this;
    if (this.state === RUNNING) abortTurn(this.turn as Turn, undefined, reason);
    else {
      const core = this.core as MailboxCore;
      const { message } = this;
      core.withdraw(this);
      this.done();
      this.dispatch.journal.failed('Cancelled', this.target, message, this);
      core.leftQueue();
    }
    if (reason !== undefined) caller?.error(reason);
  }

  /** It is over, for good however often it is said: nothing is left of it in a timer, a listener or its parent's turn. */
  done(): void {
    this.state = DONE;
    this.message = undefined;
    if (this.place !== null) this.place.remove(this);
    if (this.unlisten !== undefined) this.unlisten();
    if (this.parent !== null) this.parent.open().forget(this);
    if (this.caller !== null) {
      this.caller = null;
      this.dispatch.requests--;
    }
  }
}
