import { type Subscription, asyncScheduler, interval } from 'rxjs';
import { CALM } from '../../order-desk/load';
import { OPENING, openMarket } from '../../order-desk/market';
import { type Price, SYMBOLS } from '../../order-desk/messages';
import { type Quote, quotesAt, quotesFrom } from '../../order-desk/quote-board';

/** Milliseconds between two samples of the prices for their lines. */
const SAMPLE = 500;

/** The market of the server, which runs as long as the server: its quotes are what a new page begins with. */
export class LiveQuotes {
  #quotes: readonly Quote[] = quotesFrom(OPENING);
  readonly #running: Subscription;

  constructor() {
    const market = openMarket({ scheduler: asyncScheduler, random: Math.random, load: () => CALM });
    const prices = (): readonly Price[] => SYMBOLS.map((symbol) => market.price(symbol));
    this.#running = market.feed$.subscribe();
    this.#running.add(interval(SAMPLE).subscribe(() => (this.#quotes = quotesAt(this.#quotes, prices(), true))));
    this.#running.add(() => void market.broker.close({ drain: false }));
  }

  now(): readonly Quote[] {
    return this.#quotes;
  }

  stop(): void {
    this.#running.unsubscribe();
  }
}
