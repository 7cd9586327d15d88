import type { Script } from './command';
import { BROKER_NUMBERS, FAILURES, numbersLine } from './lines';
import { ModelClock } from './model-clock';
import { ModelDispatcher, type Runner } from './model-dispatcher';
import { ModelIdle } from './model-idle';
import { ModelInterceptors } from './model-interceptors';
import { ModelJournal } from './model-journal';
import type { ModelMailbox } from './model-mailbox';
import type { ModelCaller, ModelMessage } from './model-message';
import { ModelSignals } from './model-signals';
import type { ModelHeld, ModelTurn } from './model-turn';
import type { Channel, Host } from './world';

/** The state of the model that its parts share. */
export class ModelCore {
  readonly clock = new ModelClock();
  readonly dispatcher: ModelDispatcher;
  readonly journal: ModelJournal;
  readonly idle: ModelIdle;
  readonly interceptors: ModelInterceptors;
  readonly signals = new ModelSignals();
  /** The registered mailboxes by their ids, in the order of registration. */
  readonly actors = new Map<string, ModelMailbox>();
  /** The asks whose caller waits. */
  readonly asks = new Set<ModelMessage>();
  /** The turns that have not ended. */
  readonly turns = new Set<ModelTurn>();
  /** The turn whose handler has not returned. */
  onStack: ModelTurn | undefined;
  /** Streams and promises that later commands settle, in the order in which they were made. */
  readonly held: ModelHeld[] = [];
  isClosing = false;
  /** Whether the end of the broker has ended every actor. */
  isEnding = false;
  /** Whether the broker has told its dead letter queue that it has ended. From then on letters stay in the queue. */
  isQueueOver = false;

  constructor(
    readonly host: Host,
    runner: Runner,
    { letters, interceptors }: Script,
  ) {
    this.dispatcher = new ModelDispatcher(runner);
    this.idle = new ModelIdle(this.dispatcher);
    this.interceptors = new ModelInterceptors(host, interceptors);
    this.journal = new ModelJournal(this.clock, this.dispatcher, letters);
  }

  /** §7: a closing broker takes messages of the turn on the stack, and of an open turn that sends through its context (`parent`). */
  refuses(parent?: ModelTurn): boolean {
    if (this.isEnding) return true;
    return this.isClosing && this.onStack === undefined && parent?.state !== 'open';
  }

  tell(channel: Channel, line: string): void {
    this.dispatcher.later(() => this.host.tell(channel, line));
  }

  /** O7: tells `onError` an error that nobody waits for. */
  tellError(id: string, error: string, message?: ModelMessage): void {
    this.tell('error', `${id}: ${error}${message === undefined ? '' : `, of ${message.payload.n}`}`);
  }

  tellCaller({ caller }: ModelMessage, tell: (caller: ModelCaller) => void): void {
    if (caller === undefined) return;
    this.dispatcher.later(() => {
      if (!caller.closed) tell(caller);
    });
  }

  get pending(): number {
    let pending = 0;
    for (const { queue, waiting } of this.actors.values()) pending += queue.length + waiting.length;
    return pending;
  }

  /** The line of `metrics()`. */
  line(): string {
    const { journal, pending, turns, asks, actors } = this;
    const { totalSent, totalDelivered, totalFailed, totalSucceeded, totalErrored, totalAborted, totalDeadLettered, failedBy } = journal;
    const open = { registeredActors: actors.size, pending, inFlight: turns.size, openRequests: asks.size };
    const totals = { ...open, totalSent, totalDelivered, totalFailed, totalSucceeded, totalErrored, totalAborted, totalDeadLettered };
    return numbersLine(BROKER_NUMBERS, totals) + numbersLine(FAILURES, failedBy);
  }
}
