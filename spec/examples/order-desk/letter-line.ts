import { type DeadLetter, SendError } from 'rx-broker';
import type { Order } from './messages';

/** A dead letter of the desk, as people read it. */
export interface LetterLine {
  readonly id: string;
  /** Milliseconds since the opening. */
  readonly at: number;
  /** `order 42` or `cancel 42`. */
  readonly what: string;
  readonly target: string;
  readonly reason: DeadLetter['reason'];
  /** More about the reason: `risk: Timeout`, `risk: no connection`. */
  readonly note?: string;
  /** How often it has been sent. */
  readonly attempts: number;
}

export function letterLine({ id, at, target, reason, error, attempts, message }: DeadLetter, openedAt: number): LetterLine {
  return { id, at: at - openedAt, what: whatOf(message as Partial<MessageContent>), target: target ?? '', reason, attempts, ...noteOn(reason, error) };
}

interface MessageContent {
  readonly order: Order;
  readonly orderId: number;
  readonly type: string;
}

function whatOf({ order, orderId, type = '' }: Partial<MessageContent>): string {
  if (order === undefined) return `${type.split('.').at(-1)!} ${orderId ?? ''}`.trim();
  return `order ${order.id}`;
}

function noteOn(reason: DeadLetter['reason'], error: unknown): Pick<LetterLine, 'note'> {
  if (reason === 'ActorNotFound') return { note: 'the desk was replaced' };
  if (error instanceof SendError) return { note: `${error.actorId ?? 'broker'}: ${error.code}` };
  return error instanceof Error ? { note: error.message } : {};
}
