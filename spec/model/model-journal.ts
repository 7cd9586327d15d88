import { messageLine } from './lines';
import type { ModelClock } from './model-clock';
import type { ModelDispatcher } from './model-dispatcher';
import { type ModelLetter, ModelLetters, describeLetter } from './model-letters';
import type { ModelMessage } from './model-message';
import { ModelSomeEvents } from './model-some-events';
import { type ModelListener, ModelStream } from './model-stream';
import type { ModelTurn } from './model-turn';

/** Counts messages, and tells their events and letters. */
export class ModelJournal {
  readonly events: ModelStream;
  readonly deadLetters: ModelStream;
  readonly queue: ModelStream;
  readonly #some: ModelSomeEvents;
  readonly letters: ModelLetters;
  totalSent = 0;
  totalDelivered = 0;
  totalSucceeded = 0;
  totalErrored = 0;
  totalAborted = 0;
  totalDeadLettered = 0;
  readonly failedBy: Record<string, number> = {};
  /** O4: whether an observer of letters is being told one. What it sends then makes no letter. */
  isTellingLetter = false;
  readonly #clock: ModelClock;
  readonly #dispatcher: ModelDispatcher;

  constructor(clock: ModelClock, dispatcher: ModelDispatcher, letters: number) {
    this.#clock = clock;
    this.#dispatcher = dispatcher;
    this.letters = new ModelLetters(letters);
    this.events = new ModelStream(dispatcher);
    this.deadLetters = new ModelStream(dispatcher);
    this.queue = new ModelStream(dispatcher);
    this.#some = new ModelSomeEvents(dispatcher);
  }

  /** The events of some actors. */
  eventsOf(ids: readonly string[], listener: ModelListener): void {
    this.#some.add(ids, listener);
  }

  /** `ofTurn`: what the events of all actors tell besides. */
  event(kind: string, message: ModelMessage, more = '', ofTurn = ''): void {
    const line = messageLine(kind, message.told, this.#clock.now, more);
    this.events.next(line + ofTurn);
    this.#some.next(message.target, line);
  }

  /** A message was sent, by the context of a turn or in the turn on the stack. */
  sent(message: ModelMessage, onStack: ModelTurn | undefined): void {
    const turn = message.sentBy ?? onStack;
    this.totalSent++;
    this.event('sent', message, message.isBroadcast ? ', broadcast' : '', turn === undefined ? '' : `, in the turn of ${turn.message.payload.n}`);
  }

  eventOf(kind: string, id: string | undefined): void {
    const line = `${kind} ${id ?? 'broker'} at ${this.#clock.now}`;
    this.events.next(line);
    this.#some.next(id, line);
  }

  /** Tells the last event, then completes every stream. `whenQueueEnds` is called before the observers of the queue are told. */
  end(whenQueueEnds: () => void): void {
    this.#dispatcher.later(() => this.#some.refuse());
    this.eventOf('closed', undefined);
    this.events.complete();
    this.#some.complete();
    this.deadLetters.complete();
    this.#dispatcher.later(whenQueueEnds);
    this.queue.complete();
  }

  failed(message: ModelMessage, code: string): void {
    this.failedBy[code] = (this.failedBy[code] ?? 0) + 1;
    this.event('failed', message, `: ${code}`);
  }

  /** Makes a letter, which the queue has at once. Its event, observers of letters, and observers of the queue are told later, in this order. */
  letter(message: ModelMessage, reason: string, error?: string): void {
    if (message.makesNoLetter) return;
    this.totalDeadLettered++;
    const letter: ModelLetter = { message, reason, error, at: this.#clock.now };
    const line = describeLetter(letter);
    this.letters.add(letter);
    this.events.next(`dead-lettered ${line}`);
    this.#some.next(message.target, `dead-lettered ${line}`);
    this.deadLetters.next(line);
    if (this.letters.capacity > 0) this.queue.next(line);
  }

  get totalFailed(): number {
    return Object.values(this.failedBy).reduce((sum, count) => sum + count, 0);
  }
}
