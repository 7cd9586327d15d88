import type { Settlement } from './command';
import type { Alarm } from './model-clock';
import type { Place } from './model-dispatcher';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';

/** A stream or a promise that later commands settle. It remembers its end until the broker subscribes. */
export interface ModelHeld {
  readonly kind: 'stream' | 'promise';
  /** Called with a value of the stream and with the end, when the broker has subscribed. */
  readonly value: () => void;
  readonly over: (end: 'complete' | 'error') => void;
  /** Whether its mailbox has left the broker. */
  readonly isAlone: () => boolean;
  isHeard: boolean;
  end: 'complete' | 'error' | undefined;
}

export function hear(held: ModelHeld): void {
  held.isHeard = true;
  if (held.end !== undefined) held.over(held.end);
}

/** Settles a held reply, as part of a step. */
export function settle(held: ModelHeld, how: Settlement): void {
  if (held.end !== undefined) return;
  if (how !== 'value' || held.kind === 'promise') {
    held.end = how === 'error' ? 'error' : 'complete';
    if (held.isHeard) held.over(held.end);
  } else if (held.isHeard) held.value();
}

/** The turn of one message. */
export class ModelTurn {
  /** `abandoned`: it was aborted, but its promise has not settled, so it keeps its seat (M4). */
  state: 'on stack' | 'open' | 'abandoned' | 'over' = 'on stack';
  /** Set if it was ended while it was on the stack, with this code or cancelled. `place`: the place in the outbox for telling this. */
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
 * O6: whether only turns that wait for an ask could answer it. An ask is stuck if its turn is stuck, or if it is queued and stuck turns hold
 * all seats. A turn is stuck if one of its asks is. A turn that is on the way already closes the circle.
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
