/** A sequence of random numbers from 0 to below `below`. The same seed gives the same sequence. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    // The generator Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Shuffles a list in place, by the random numbers of `next`, and returns it. */
export function shuffle<T>(list: T[], next: (below: number) => number): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = next(i + 1);
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}
