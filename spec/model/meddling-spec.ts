import fc from 'fast-check';
import { describe, it } from 'vitest';
import { meddledScript, runMeddled } from './meddling';

describe('a random script whose events are told to those who meddle', () => {
  it('adds up after every command, and what it has told is what it counts (O1, O2, §7)', () => {
    fc.assert(fc.property(meddledScript, runMeddled), { seed: 20_261_126, numRuns: 1_500 });
  });
});
