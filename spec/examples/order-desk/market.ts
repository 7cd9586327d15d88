import { type HandlersOf, InMemoryMessageBroker, Mailbox, type MessageBroker, type MessageOf } from 'rx-broker';
import { type Observable, ignoreElements, tap, timer } from 'rxjs';
import { type Price, type Ticker, Quotes, SYMBOLS, priceOf, quotesOf } from './messages';
import { paced } from './paced';
import { priceWalk } from './price-walk';
import type { Surroundings } from './surroundings';

/** Milliseconds that it takes to work a price through. */
export const QUOTE_TIME = 6;
/** The prices of a market that opens for the first time. */
export const OPENING: readonly Price[] = SYMBOLS.map((symbol) => ({ symbol, cents: 10_000 }));

export interface Market {
  readonly broker: MessageBroker;
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** The newest price of a symbol that its actor has worked through. */
  price(symbol: Ticker): Price;
  /** Updates of all symbols, as fast as the load says, for as long as it is subscribed. */
  readonly feed$: Observable<never>;
}

/**
 * The prices. Each symbol has a mailbox with one place, and `drop-oldest`: while the actor works on a price, only the newest of those that come
 * is kept. So the prices are never late, however fast the feed is.
 *
 * `opening` are the prices to begin with.
 *
 * The market has a broker of its own. Here a lost message is the rule, and a dead-letter queue would hold nothing but old prices.
 */
export function openMarket({ scheduler, random, load }: Surroundings, opening: readonly Price[] = OPENING): Market {
  const broker = new InMemoryMessageBroker({ name: 'market', scheduler, turnTimes: true, logDeadLetters: false });
  const newest = new Map<Ticker, Price>();
  const publish = (price: Price): void => {
    newest.set(price.symbol, price);
    broker.publish(priceOf(price.symbol), price, { retain: true });
  };
  const handlers: HandlersOf<typeof Quotes> = {
    update: ({ symbol, cents }) => timer(QUOTE_TIME, scheduler).pipe(tap(() => publish({ symbol, cents }))),
  };
  const mailboxes = new Map<string, Mailbox>();
  for (const symbol of SYMBOLS) {
    const mailbox = Mailbox.bounded<MessageOf<typeof Quotes>>(1, { overflow: 'drop-oldest' });
    mailbox.receive(Quotes, handlers);
    broker.register(quotesOf(symbol), mailbox);
    mailboxes.set(quotesOf(symbol), mailbox);
  }
  opening.forEach(publish);

  const nextPrice = priceWalk(opening, random);
  const update = (): void => {
    const price = nextPrice();
    broker.trySend(quotesOf(price.symbol), Quotes.update(price));
  };

  return {
    broker,
    mailboxes,
    price: (symbol) => newest.get(symbol)!,
    feed$: paced(() => load().feedRate, scheduler).pipe(tap(update), ignoreElements()),
  };
}
