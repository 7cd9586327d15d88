import fc from 'fast-check';
import { expect } from 'vitest';
import { type Law, registerLaws } from './law';

/** A bounded flow under test. Values go in, come out one at a time, and may be lost. */
export interface BoundedFlow {
  push(value: number): void;
  /** Ends the turn of the value that is out, if one is. */
  release(): void;
  close(): void;
  /** Called with each value that is let out. It may push another. */
  onValue: ((value: number) => void) | undefined;
  readonly out: readonly number[];
  /** The lost values. With `fail` this is the first value that found no place, and no later one. */
  readonly lost: readonly number[];
  readonly isOver: boolean;
}

export type BoundedOverflow = 'fail' | 'drop-oldest' | 'drop-newest';

type Step = { readonly push: number } | 'release' | 'close';

const steps = fc.array(fc.oneof({ weight: 6, arbitrary: fc.record({ push: fc.nat(1_000) }) }, { weight: 3, arbitrary: fc.constant('release' as const) }, { weight: 1, arbitrary: fc.constant('close' as const) }), {
  maxLength: 80,
});

export type CreateFlow = (capacity: number, overflow: BoundedOverflow, concurrency: number) => BoundedFlow;

/** Two implementations that play the same script let out the same values in the same order, and lose the same values. */
export const BOUNDED_LAWS: readonly Law<readonly [CreateFlow, CreateFlow]>[] = (['fail', 'drop-oldest', 'drop-newest'] as const).map((overflow) => ({
  name: `the same values, order and losses with ${overflow} (M8)`,
  check([first, second]) {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.func(fc.option(fc.nat(1_000), { freq: 4 })), (script, capacity, concurrency, reaction) => {
        const flows = [first(capacity, overflow, concurrency), second(capacity, overflow, concurrency)];
        for (const flow of flows) run(flow, overflow, script, reaction);
        const [a, b] = flows as [BoundedFlow, BoundedFlow];
        expect(a.out).toEqual(b.out);
        expect(a.lost).toEqual(b.lost);
        expect(a.isOver).toBe(b.isOver);
      }),
      { seed: 20_26, numRuns: 300 },
    );
  },
}));

/** Registers the laws for two users of the one bounded-buffer algorithm (rule M8). */
export function boundedLaws(name: string, first: CreateFlow, second: CreateFlow): void {
  registerLaws(name, BOUNDED_LAWS, [first, second]);
}

/** Plays a script. Some values push another one while they are let out. With `fail` it ends at the first loss, where a stream errors. */
function run(flow: BoundedFlow, overflow: BoundedOverflow, script: readonly Step[], reaction: (value: number) => number | null): void {
  flow.onValue = (value) => {
    const nested = value < 1_000 ? reaction(value) : null;
    if (nested !== null) flow.push(1_000 + nested);
  };
  for (const step of script) {
    if (overflow === 'fail' && flow.lost.length > 0) return;
    if (step === 'release') flow.release();
    else if (step === 'close') flow.close();
    else flow.push(step.push);
  }
}
