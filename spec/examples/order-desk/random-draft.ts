import { type OrderDraft, type Price, type Ticker, SYMBOLS } from './messages';

/** The part of the orders that are large. */
const LARGE = 0.05;

/** An order as some trader may want it: its limit is up to 40 cents worse than the price. */
export function randomDraft(random: () => number, priceOf: (symbol: Ticker) => Price): OrderDraft {
  const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)]!;
  const side = random() < 0.5 ? 'buy' : 'sell';
  const quantity = random() < LARGE ? 100 + Math.floor(random() * 900) : 1 + Math.floor(random() * 99);
  const slack = Math.floor(random() * 40);
  const { cents } = priceOf(symbol);
  return { side, symbol, quantity, limit: side === 'buy' ? cents + slack : cents - slack };
}
