import { type ActorId, type MessageOf, type Topic, type TopicPattern, actorId, message, protocol, topic, topicPattern } from 'rx-broker';

/** What is traded. Each symbol has an actor of its own for its prices. */
export const SYMBOLS = ['ACME', 'BOLT', 'CRUX', 'DUNE'] as const;
export type Ticker = (typeof SYMBOLS)[number];

/** A price of one symbol, in cents. */
export interface Price {
  readonly symbol: Ticker;
  readonly cents: number;
}

/** What a trader wants. It is filled at once at the newest price, or rejected if that price is beyond its limit. */
export interface OrderDraft {
  readonly side: 'buy' | 'sell';
  readonly symbol: Ticker;
  readonly quantity: number;
  /** The highest price to buy for, or the lowest price to sell for, in cents. */
  readonly limit: number;
}

/** An order that has been placed. */
export interface Order extends OrderDraft {
  readonly id: number;
}

/** The answer of the risk service. */
export interface Verdict {
  readonly isApproved: boolean;
}

/** One line in the audit log. */
export interface AuditEntry {
  readonly orderId: number;
  readonly end: 'filled' | 'moved' | 'refused';
  /** The price of a filled order. */
  readonly cents?: number;
}

export const Quotes = protocol('quotes', { update: message<Price>() });
export const Desk = protocol('desk', { place: message<{ order: Order }>(), cancel: message<{ orderId: number }>() });
export const Risk = protocol('risk', { check: message<{ order: Order }, Verdict>() });
export const Book = protocol('book', { execute: message<{ order: Order }>() });
export const Audit = protocol('audit', { write: message<AuditEntry>() });

export const desk = actorId(Desk);
export const risk = actorId(Risk);
export const book = actorId(Book);
export const audit = actorId(Audit);

/** Whether a message places an order. */
export function isPlacing(message: unknown): message is ReturnType<typeof Desk.place> {
  return (message as { readonly type?: unknown }).type === Desk.place.type;
}

/** The actor that works on the prices of a symbol. */
export const quotesOf = (symbol: Ticker): ActorId<MessageOf<typeof Quotes>> => actorId(Quotes, `quotes.${symbol}`);

/** The newest price of a symbol that the market has worked through. It is retained. */
export const priceOf = (symbol: Ticker): Topic<Price> => topic<Price>(`prices.${symbol}`);
export const prices: TopicPattern<Price> = topicPattern<Price>('prices.*');
