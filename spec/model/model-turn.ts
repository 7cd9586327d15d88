import type { Settlement } from './command';
import type { Alarm } from './model-clock';
import type { Place } from './model-dispatcher';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';

/** A stream or a promise that later commands settle. It remembers its end for the broker that subscribes later. */
export interface ModelHeld {
  readonly kind: 'stream' | 'promise';
  /** They take a value of the stream, and the end, once the broker has subscribed. */
  readonly value: () => void;
  readonly over: (end: 'complete' | 'error') => void;
  isHeard: boolean;
  end: 'complete' | 'error' | undefined;
}

export function hear(held: ModelHeld): void {
  held.isHeard = true;
  if (held.end !== undefined) held.over(held.end);
}

/** Settles it from outside, as part of a step. */
export function settle(held: ModelHeld, how: Settlement): void {
  if (held.end !== undefined) return;
  if (how !== 'value' || held.kind === 'promise') {
    held.end = how === 'error' ? 'error' : 'complete';
    if (held.isHeard) held.over(held.end);
  } else if (held.isHeard) held.value();
}

/** One message being handled. */
export class ModelTurn {
  /** `abandoned`: aborted, but its promise is still to settle, so it keeps its seat (M4). */
  state: 'on stack' | 'open' | 'abandoned' | 'over' = 'on stack';
  /** It was ended while it was on the stack: by this code, or cancelled. `place`: where that is told. */
  cut: { readonly code: string | undefined; readonly error: string | undefined; readonly place: Place } | undefined;
  isAborted = false;
  held: ModelHeld | undefined;
  /** The asks that it waits for (`context.send`), in the order of asking. */
  asks: ModelMessage[] = [];
  /** The ask whose reply it streams. */
  streamedAsk: ModelMessage | undefined;
  timeout: Alarm | undefined;

  constructor(
    readonly mailbox: ModelMailbox,
    readonly message: ModelMessage,
  ) {}

  get isPromise(): boolean {
    return this.held?.kind === 'promise';
  }
}

/**
 * O6: whether only turns that wait for an ask could answer it. An ask is stuck when it runs in a stuck turn, or waits where stuck turns
 * take all seats. A turn is stuck when one of its asks is. What leads back to a turn on the way is the circle.
 */
export function isStuck(ask: ModelMessage, onTheWay: readonly ModelTurn[]): boolean {
  if (ask.state === 'over') return false;
  if (ask.state === 'running') return isTurnStuck(ask.turn!, onTheWay);
  const { mailbox } = ask;
  return mailbox !== undefined && mailbox.hasConsumer && !mailbox.hasFreeSeat && mailbox.seats.every((turn) => isTurnStuck(turn, onTheWay));
}

function isTurnStuck(turn: ModelTurn, onTheWay: readonly ModelTurn[]): boolean {
  if (onTheWay.includes(turn)) return true;
  return turn.state === 'open' && turn.asks.some((ask) => isStuck(ask, [...onTheWay, turn]));
}
