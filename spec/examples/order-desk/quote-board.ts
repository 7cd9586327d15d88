import { type Price, type Ticker, SYMBOLS } from './messages';

/** Prices that a trail keeps. */
export const TRAIL = 60;

/** A symbol as a screen shows it. */
export interface Quote extends Price {
  /** The price that the trail began with: what the change is measured by. */
  readonly reference: number;
  /** Prices of the last time, oldest first: a line to draw. */
  readonly trail: readonly number[];
}

/** Quotes without a past. */
export function quotesFrom(prices: readonly Price[]): readonly Quote[] {
  return SYMBOLS.map((symbol) => {
    const { cents } = prices.find((price) => price.symbol === symbol)!;
    return { symbol, cents, reference: cents, trail: [cents] };
  });
}

/** The quotes at newer prices. `isSample` adds them to the trails, whose first price is the reference. */
export function quotesAt(quotes: readonly Quote[], prices: readonly Price[], isSample: boolean): readonly Quote[] {
  const centsOf = new Map<Ticker, number>(prices.map(({ symbol, cents }) => [symbol, cents]));
  return quotes.map((quote) => {
    const cents = centsOf.get(quote.symbol)!;
    if (!isSample) return { ...quote, cents };
    const trail = [...quote.trail, cents].slice(-TRAIL);
    return { ...quote, cents, trail, reference: trail[0]! };
  });
}
