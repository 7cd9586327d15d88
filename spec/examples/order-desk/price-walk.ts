import { type Price, type Ticker, SYMBOLS } from './messages';

/** Each call gives the next price of some symbol, which is up to 6 cents above or below the one before. */
export function priceWalk(opening: readonly Price[], random: () => number): () => Price {
  const newest = new Map<Ticker, number>(opening.map(({ symbol, cents }) => [symbol, cents]));
  return () => {
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)]!;
    const cents = Math.max(100, newest.get(symbol)! + Math.round((random() - 0.5) * 12));
    newest.set(symbol, cents);
    return { symbol, cents };
  };
}
