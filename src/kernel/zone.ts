/** What this package uses of zone.js, which Angular applications may have loaded. */
interface Zones {
  readonly current?: { get?(key: string): unknown; wrap?(work: () => void, source: string): () => void };
  readonly root?: { run?(work: () => void): void };
}

function zones(): Zones | undefined {
  return (globalThis as { readonly Zone?: Zones }).Zone;
}

/** Whether this is a test in `fakeAsync`. Its time is virtual, although `performance.now` goes on. */
export function isFakeAsync(): boolean {
  return zones()?.current?.get?.('FakeAsyncTestZoneSpec') !== undefined;
}

/** Runs `work` outside of every zone: a timer that it starts sets off no change detection, and no `fakeAsync` waits for it. */
export function runOutsideZones(work: () => void): void {
  const root = zones()?.root;
  if (root?.run === undefined) work();
  else root.run(work);
}

/** `work`, to be run in the zone of now. zone.js itself sees to this for timers, but not for a `MessageChannel`. */
export function keepZone(work: () => void): () => void {
  const current = zones()?.current;
  return current?.wrap?.(work, 'rx-broker') ?? work;
}
