/** Counts the messages that arrive at all handlers that were made from it. */
export interface Tally {
  arrived: number;
  sum: number;
}

type Sink = (message: number) => void;

/**
 * Handlers that are distinct functions, each with code of its own. If all actors shared one function, the engine would inline it into the
 * loop that calls it, and every bus would look twice as fast as it is.
 */
export function distinctHandlers(count: number, tally: Tally): readonly Sink[] {
  return Array.from({ length: count }, (_, index) => {
    const body = `return function handler${String(index)}(message) { tally.arrived++; tally.sum = (tally.sum + message * ${String(index + 1)}) | 0; }`;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    return (new Function('tally', body) as (tally: Tally) => Sink)(tally);
  });
}

/** Handlers that reply at once, each with code of its own. */
export const distinctRepliers = (count: number): readonly ((message: number) => number)[] => repliers(count, '');

/** Handlers that reply by a promise, each with code of its own. */
export const distinctPromisers = (count: number): readonly ((message: number) => Promise<number>)[] => repliers(count, 'async ');

function repliers<Reply>(count: number, modifier: '' | 'async '): readonly ((message: number) => Reply)[] {
  return Array.from({ length: count }, (_, index) => {
    const body = `return ${modifier}function replier${String(index)}(message) { return message + ${String(index)}; }`;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    return new Function(body)() as (message: number) => Reply;
  });
}
