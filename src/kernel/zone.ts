/** The part of zone.js that this package uses. Angular applications may have loaded it. */
interface Zones {
  readonly current?: { get?(key: string): unknown; wrap?(work: () => void, source: string): () => void };
  readonly root?: { run?(work: () => void): void };
}

function zones(): Zones | undefined {
  return (globalThis as { readonly Zone?: Zones }).Zone;
}

/** Whether this runs in a `fakeAsync` test. Its time is virtual, although `performance.now` goes on. */
export function isFakeAsync(): boolean {
  return zones()?.current?.get?.('FakeAsyncTestZoneSpec') !== undefined;
}

/** Runs `work` outside of every zone. A timer that it starts causes no change detection, and no `fakeAsync` waits for it. */
export function runOutsideZones(work: () => void): void {
  const root = zones()?.root;
  if (root?.run === undefined) work();
  else root.run(work);
}

/** Makes `work` run in the present zone later. zone.js does this itself for timers, but not for a `MessageChannel`. */
export function keepZone(work: () => void): () => void {
  const current = zones()?.current;
  return current?.wrap?.(work, 'rx-broker') ?? work;
}
