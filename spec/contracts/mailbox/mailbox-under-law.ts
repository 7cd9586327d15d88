import type { FailureCode, Fairness, Loss, Mailbox, Overflow, Priority } from 'rx-broker';

export const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];
export const FAIRNESSES: readonly Fairness[] = ['weighted', 'strict'];
/** Lowest first. */
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

export interface MailboxSettingsUnderLaw {
  readonly capacity: number;
  readonly overflow?: Overflow;
  readonly fairness?: Fairness;
  readonly concurrency?: number;
  readonly maxWaiting?: number;
}

/** What became of an ask so far. */
export interface AskUnderLaw {
  /** How it was settled, each time: a second entry is one too many. */
  readonly outcomes: readonly ('answered' | FailureCode)[];
  cancel(): void;
}

/** A mailbox with senders at one end, and at the other a consumer whose turns end when a law says so. Messages are numbers, each sent once. */
export interface MailboxUnderLaw {
  readonly mailbox: Pick<Mailbox, 'capacity' | 'size' | 'isFull' | 'isClosed' | 'metrics' | 'close' | 'pressure$' | 'losses$'>;
  /** What `losses$` has told since it was made. */
  readonly losses: readonly Loss<number>[];
  /** Takes the consumer's seat. `onTurn` is called within each turn, as it begins. */
  attach(onTurn?: (message: number) => void): void;
  /** What was handed to the consumer, in that order. */
  readonly handed: readonly number[];
  /** Ends the oldest open turn, if there is one. */
  finish(): void;
  /** Offers as `trySend` does; answers why it was refused. */
  offer(message: number, priority?: Priority): FailureCode | undefined;
  /** Asks as `send` does. */
  ask(message: number, priority?: Priority): AskUnderLaw;
}

export type CreateMailbox = (settings: MailboxSettingsUnderLaw) => MailboxUnderLaw;

/** Ends turns until none is open. */
export function finishAll(box: MailboxUnderLaw): void {
  while (box.mailbox.metrics().inFlight > 0) box.finish();
}
