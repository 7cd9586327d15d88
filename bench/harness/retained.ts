/** Collects garbage four times. After one time weak references and finalizers still hold memory, and readings vary by about 1 %. */
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
 * How many bytes on the heap the result of `build` holds. `build` is called twice. The first time does not count, since it also makes compiled
 * code, type feedback and caches. `release` gives back what a result holds outside of the heap, such as timers.
 */
export function bytesKept<Kept>(build: () => Kept, release?: (kept: Kept) => void): number {
  rehearse(build, release);
  const before = heapUsed();
  const kept = build();
  const bytes = heapUsed() - before;
  // `kept` is read after the second collection, so that it is alive during that.
  if (kept === undefined) throw new Error('Nothing was built.');
  release?.(kept);
  return bytes;
}

/** A function of its own, so that no frame keeps the result alive. */
function rehearse<Kept>(build: () => Kept, release?: (kept: Kept) => void): void {
  const kept = build();
  release?.(kept);
}
