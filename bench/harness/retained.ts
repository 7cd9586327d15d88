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
 * How many bytes `build` leaves on the heap, held by what it returns. It is built twice, and the first time is not counted:
 * compiled code, feedback and caches come with it.
 */
export function bytesKept(build: () => unknown): number {
  build();
  const before = heapUsed();
  const kept = [build()];
  const bytes = heapUsed() - before;
  // Read after the second collection, so that it is alive during it.
  if (kept.length !== 1) throw new Error('unreachable');
  return bytes;
}
