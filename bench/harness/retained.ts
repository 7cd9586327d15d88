/** Four collections: after the first, weak references and finalizers still hold something (a reading varies by about 1 % then). */
function collect(): void {
  if (globalThis.gc === undefined) throw new Error('Memory is measured under node --expose-gc.');
  for (let round = 0; round < 4; round++) globalThis.gc();
}

/** The bytes of heap in use after a collection. */
export function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * How many bytes `build` leaves on the heap, held by its result. It is built twice, and the first time is not counted, because compiled
 * code, feedback and caches come with it. `release` gives back what a result holds outside of the heap, such as timers.
 */
export function bytesKept<Kept>(build: () => Kept, release?: (kept: Kept) => void): number {
  rehearse(build, release);
  const before = heapUsed();
  const kept = build();
  const bytes = heapUsed() - before;
  // Read after the second collection, so that the result is alive during it.
  if (kept === undefined) throw new Error('Nothing was built.');
  release?.(kept);
  return bytes;
}

/** A function of its own, so that no frame keeps the result alive. */
function rehearse<Kept>(build: () => Kept, release?: (kept: Kept) => void): void {
  const kept = build();
  release?.(kept);
}
