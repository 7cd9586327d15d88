import fc from 'fast-check';
import type { Script } from '../command';
import { anyScript } from '../scripts';

/** Something that happens to a node before a command. */
export interface Mishap {
  /** The index of the command. */
  readonly before: number;
  readonly do: 'cut' | 'heal' | 'stop' | 'resume' | 'kill' | 'close' | 'leave';
  readonly node: 0 | 1;
}

/** A script in which things happen to the nodes. `pauses`: the milliseconds after each command. */
export interface RoughScript extends Script {
  readonly mishaps: readonly Mishap[];
  readonly pauses: readonly number[];
}

export function isRough(script: Script): script is RoughScript {
  return 'mishaps' in script;
}

const mishap: fc.Arbitrary<Mishap> = fc.record({
  before: fc.nat({ max: 30 }),
  do: fc.constantFrom('cut', 'cut', 'heal', 'heal', 'heal', 'stop', 'resume', 'resume', 'kill', 'close', 'leave'),
  node: fc.constantFrom(0, 1),
});

/** Any script, with observers and handlers that meddle, and up to four mishaps. */
export const roughScript: fc.Arbitrary<RoughScript> = fc
  .record({
    script: anyScript,
    mishaps: fc.array(mishap, { maxLength: 4 }),
    pauses: fc.array(fc.constantFrom(0, 0, 0, 1, 7, 30, 400, 3_000), { minLength: 40, maxLength: 40 }),
  })
  .map(({ script, mishaps, pauses }) => ({ ...script, mishaps: [...mishaps].sort((a, b) => a.before - b.before), pauses }));
