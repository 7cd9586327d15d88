import type { FailureCode, Fairness, Loss, Mailbox, Overflow, Priority } from 'rx-broker';

export const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];
export const FAIRNESSES: readonly Fairness[] = ['weighted', 'strict'];
/** The priorities, lowest first. */
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

export interface MailboxSettingsUnderLaw {
  readonly capacity: number;
  readonly overflow?: Overflow;
  readonly fairness?: Fairness;
  readonly concurrency?: number;
  readonly maxWaiting?: number;
}

/** An ask to the mailbox under test. */
export interface AskUnderLaw {
  /** How it was settled. A second entry is an error. */
  readonly outcomes: readonly ('answered' | FailureCode)[];
  cancel(): void;
}

/** A mailbox with senders, and with a consumer whose turns end when a law says so. Messages are numbers, each sent once. */
export interface MailboxUnderLaw {
  readonly mailbox: Pick<Mailbox, 'capacity' | 'size' | 'isFull' | 'isClosed' | 'isPaused' | 'metrics' | 'close' | 'pause' | 'resume' | 'clear' | 'pressure$' | 'losses$' | 'idle$'>;
  /** The losses that `losses$` has told since the mailbox was made. */
  readonly losses: readonly Loss<number>[];
  /** Attaches the consumer. `onTurn` is called inside of each turn, when it begins. */
  attach(onTurn?: (message: number) => void): void;
  /** The messages that were handed to the consumer, in order. */
  readonly handed: readonly number[];
  /** Ends the oldest open turn, if there is one. */
  finish(): void;
  /** Offers a message as `trySend` does. Returns why it was refused. */
  offer(message: number, priority?: Priority): FailureCode | undefined;
  /** Sends a message as `send` does. */
  ask(message: number, priority?: Priority): AskUnderLaw;
}

export type CreateMailbox = (settings: MailboxSettingsUnderLaw) => MailboxUnderLaw;

/** Ends turns until none is open. */
export function finishAll(box: MailboxUnderLaw): void {
  while (box.mailbox.metrics().inFlight > 0) box.finish();
}
