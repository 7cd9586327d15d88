import { describe, expect, it } from 'vitest';
import { BoundedBuffer } from '../../src/buffer/bounded-buffer';
import { ACCEPTED, EVICTED, FULL, type Offer, REFUSED } from '../../src/buffer/offer';

const LANES = [0, 1, 2, 3] as const;

/** A full buffer that holds one value of each of these lanes, named after them. */
function fullOf(overflow: BoundedBuffer<string>['overflow'], lanes: readonly number[]): BoundedBuffer<string> {
  const buffer = new BoundedBuffer<string>(lanes.length, overflow);
  for (const lane of lanes) expect(buffer.offer(`queued ${lane}`, lane, lane)).toBe(ACCEPTED);
  return buffer;
}

function heldBy(buffer: BoundedBuffer<string>): string[] {
  const held: string[] = [];
  buffer.forEach((value) => held.push(value));
  return held;
}

describe('BoundedBuffer', () => {
  describe('when full', () => {
    for (const [overflow, answer] of [
      ['fail', FULL],
      ['block', FULL],
      ['drop-newest', REFUSED],
    ] as const) {
      it.each(LANES)(`keeps what it holds with ${overflow}, whatever comes: lane %i (M2)`, (lane) => {
        const buffer = fullOf(overflow, LANES);
        expect(buffer.offer('newcomer', lane, lane)).toBe<Offer>(answer);
        expect(heldBy(buffer)).toEqual(['queued 3', 'queued 2', 'queued 1', 'queued 0']);
        expect(buffer).toMatchObject({ size: 4, highWaterMark: 4, victim: undefined });
      });
    }

    it.each(LANES)('evicts from the lowest lane with drop-oldest, for a newcomer of lane %i (M2)', (lane) => {
      const buffer = fullOf('drop-oldest', LANES);
      expect(buffer.offer('newcomer', lane, lane)).toBe(EVICTED);
      expect(buffer.victim).toBe('queued 0');
      expect(heldBy(buffer)).toHaveLength(4);
      expect(heldBy(buffer)).toContain('newcomer');
    });

    it.each(LANES.flatMap((queued) => LANES.map((lane) => [queued, lane] as const)))(
      'with drop-oldest refuses only a newcomer below all queued lanes: queued %i, newcomer %i (M2)',
      (queued, lane) => {
        const buffer = fullOf('drop-oldest', [queued, queued]);
        const outranked = lane < queued;
        expect(buffer.offer('newcomer', lane, lane)).toBe<Offer>(outranked ? REFUSED : EVICTED);
        expect(heldBy(buffer).includes('newcomer')).toBe(!outranked);
        expect(buffer.size).toBe(2);
      },
    );

    it('evicts the oldest of a lane first with drop-oldest (M2)', () => {
      const buffer = new BoundedBuffer<string>(3, 'drop-oldest');
      for (const value of ['a', 'b', 'c']) buffer.offer(value, 1, 1);
      const victims = ['d', 'e'].map((value) => (buffer.offer(value, 1, 1), buffer.victim));
      expect(victims).toEqual(['a', 'b']);
      expect(heldBy(buffer)).toEqual(['c', 'd', 'e']);
    });
  });

  describe('fairness', () => {
    /** The lanes in the order in which they are taken. */
    function order(fairness: 'weighted' | 'strict', each: number): number[] {
      const buffer = new BoundedBuffer<undefined>(each * 4, 'fail', fairness);
      for (const lane of LANES) for (let i = 0; i < each; i++) buffer.offer(undefined, lane, lane);
      const taken: number[] = [];
      while (buffer.size > 0) {
        const lane = buffer.next();
        buffer.metaOf(lane);
        buffer.take(lane);
        taken.push(lane);
      }
      return taken;
    }

    it('gives critical 8, high 4, normal 2 and low 1 of 15 turns (M3)', () => {
      expect(order('weighted', 30).slice(0, 30).join('')).toBe('333333332222110333333332222110');
    });

    it('makes low wait for at most 28 others: 14 of the present round, 14 of the next (M3)', () => {
      const buffer = new BoundedBuffer<undefined>(100, 'fail');
      const takeOne = (): number => {
        const lane = buffer.next();
        buffer.metaOf(lane);
        buffer.take(lane);
        return lane;
      };
      // Low spends its credit at the start of a round, when nobody else is there; then everyone comes.
      for (let i = 0; i < 2; i++) buffer.offer(undefined, 0, 0);
      expect(takeOne()).toBe(0);
      for (const lane of LANES) for (let i = 0; i < 20; i++) buffer.offer(undefined, lane, lane);
      let others = 0;
      while (takeOne() !== 0) others++;
      expect(others).toBe(28);
    });

    it('takes the highest always when strict (M3)', () => {
      expect(order('strict', 3).join('')).toBe('333222111000');
    });
  });
});
