import { messageLine } from './lines';
import type { ModelClock } from './model-clock';
import type { ModelDispatcher } from './model-dispatcher';
import { type ModelLetter, ModelLetters, describeLetter } from './model-letters';
import type { ModelMessage } from './model-message';
import { ModelStream } from './model-stream';

/** Counts messages, and tells their events and letters. */
export class ModelJournal {
  readonly events: ModelStream;
  readonly deadLetters: ModelStream;
  readonly queue: ModelStream;
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

  constructor(clock: ModelClock, dispatcher: ModelDispatcher, letters: number) {
    this.#clock = clock;
    this.letters = new ModelLetters(letters);
    this.events = new ModelStream(dispatcher);
    this.deadLetters = new ModelStream(dispatcher);
    this.queue = new ModelStream(dispatcher);
  }

  event(kind: string, message: ModelMessage, more = ''): void {
    this.events.next(messageLine(kind, message.told, this.#clock.now, more));
  }

  eventOf(kind: string, id: string | undefined): void {
    this.events.next(`${kind} ${id ?? 'broker'} at ${this.#clock.now}`);
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
    this.deadLetters.next(line);
    if (this.letters.capacity > 0) this.queue.next(line);
  }

  get totalFailed(): number {
    return Object.values(this.failedBy).reduce((sum, count) => sum + count, 0);
  }
}
