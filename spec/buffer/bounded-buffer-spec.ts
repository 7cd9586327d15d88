import fc from 'fast-check';
import type { Fairness } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { BoundedBuffer } from '../../src/buffer/bounded-buffer';
import { ACCEPTED, EVICTED, FULL, REFUSED } from '../../src/buffer/offer';

function takeOne(buffer: BoundedBuffer<string>): string {
  const lane = buffer.next();
  buffer.metaOf(lane);
  return buffer.take(lane);
}

function takeAll(buffer: BoundedBuffer<string>): string[] {
  const taken: string[] = [];
  while (buffer.size > 0) taken.push(takeOne(buffer));
  return taken;
}

describe('BoundedBuffer', () => {
  it('takes as many as its capacity (M1)', () => {
    const buffer = new BoundedBuffer<string>(2, 'fail');
    expect([buffer.offer('a', 0, 1), buffer.offer('b', 0, 1), buffer.offer('c', 0, 1)]).toEqual([ACCEPTED, ACCEPTED, FULL]);
    expect(buffer).toMatchObject({ size: 2, isFull: true, highWaterMark: 2 });
    expect(takeAll(buffer)).toEqual(['a', 'b']);
    expect(buffer.isFull).toBe(false);
  });

  it('refuses with drop-newest, evicts with drop-oldest (M2)', () => {
    const newest = new BoundedBuffer<string>(1, 'drop-newest');
    newest.offer('a', 0, 0);
    expect(newest.offer('b', 0, 3)).toBe(REFUSED);
    const oldest = new BoundedBuffer<string>(2, 'drop-oldest');
    oldest.offer('normal', 1, 1);
    oldest.offer('high', 2, 2);
    expect(oldest.offer('low', 0, 0)).toBe(REFUSED);
    expect(oldest.offer('critical', 3, 3)).toBe(EVICTED);
    expect([oldest.victim, oldest.victimMeta]).toEqual(['normal', 1]);
    oldest.forgetVictim();
    expect([oldest.victim, oldest.victimMeta]).toEqual([undefined, undefined]);
    expect(oldest.size).toBe(2);
  });

  it('lists what it holds, highest first', () => {
    const buffer = new BoundedBuffer<string>(9, 'fail');
    for (const [name, lane] of [['l', 0], ['c', 3], ['n1', 1], ['n2', 1]] as const) buffer.offer(name, lane, lane);
    const listed: unknown[] = [];
    buffer.forEach((value, meta, lane) => listed.push([value, meta, lane]));
    expect(listed).toEqual([
      ['c', 3, 3],
      ['n1', 1, 1],
      ['n2', 1, 1],
      ['l', 0, 0],
    ]);
    expect([0, 1, 2, 3].map((lane) => buffer.has(lane))).toEqual([true, true, false, true]);
  });

  it.each(['weighted', 'strict'] as Fairness[])('is FIFO within a lane, and loses nothing, %s (M3)', (fairness) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(-1)), { maxLength: 200 }), (script) => {
        const buffer = new BoundedBuffer<[number, number]>(1_000, 'fail', fairness);
        const sent = [0, 0, 0, 0];
        const taken = [0, 0, 0, 0];
        const takeOne = (): void => {
          const lane = buffer.next();
          buffer.metaOf(lane);
          const [own, order] = buffer.take(lane);
          expect(own).toBe(lane);
          expect(order).toBe(taken[lane]);
          taken[lane] = order + 1;
        };
        for (const step of script) {
          if (step >= 0) buffer.offer([step, sent[step]!++], 0, step);
          else if (buffer.size > 0) takeOne();
        }
        while (buffer.size > 0) takeOne();
        expect(taken).toEqual(sent);
      }),
      { seed: 20_26 },
    );
  });

  it('lets the head of low wait for at most 28 others, whatever comes (M3)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 50, maxLength: 400 }), (lanes) => {
        const buffer = new BoundedBuffer<number>(10_000, 'fail');
        let others = 0;
        for (const lane of lanes) {
          // The queue is kept busy, so that low always has somebody to wait for.
          buffer.offer(lane, 0, lane);
          buffer.offer(3, 0, 3);
          buffer.offer(2, 0, 2);
          if (!buffer.has(0)) others = 0;
          const next = buffer.next();
          buffer.metaOf(next);
          buffer.take(next);
          others = next === 0 ? 0 : others + 1;
          if (buffer.has(0)) expect(others).toBeLessThanOrEqual(28);
        }
      }),
      { seed: 20_26 },
    );
  });

  it('gives every class full credit when it becomes empty, so that what came before decides nothing (M3)', () => {
    const buffer = new BoundedBuffer<string>(100, 'fail');
    for (let i = 0; i < 3; i++) buffer.offer(`n${i}`, 0, 1);
    expect(takeAll(buffer)).toEqual(['n0', 'n1', 'n2']);
    for (let i = 0; i < 3; i++) buffer.offer(`n${i}`, 0, 1);
    for (let i = 0; i < 2; i++) buffer.offer(`l${i}`, 0, 0);
    expect(takeAll(buffer)).toEqual(['n0', 'n1', 'l0', 'n2', 'l1']);
  });

  it('spends a lone class’s credit, and refills it (M3)', () => {
    const buffer = new BoundedBuffer<string>(100, 'fail');
    for (let i = 0; i < 4; i++) buffer.offer(`n${i}`, 0, 1);
    // Normal spends its two credits, then all are refilled and it spends one of two.
    expect([takeOne(buffer), takeOne(buffer), takeOne(buffer)]).toEqual(['n0', 'n1', 'n2']);
    for (let i = 0; i < 2; i++) buffer.offer(`l${i}`, 0, 0);
    buffer.offer('n4', 0, 1);
    expect(takeAll(buffer)).toEqual(['n3', 'l0', 'n4', 'l1']);
  });

  describe('when a queued record is withdrawn', () => {
    const there = { withdrawn: false };
    const gone = { withdrawn: true };

    function bufferOf(lanes: readonly number[], meta = there): BoundedBuffer<string, { readonly withdrawn: boolean }> {
      const buffer = new BoundedBuffer<string, { readonly withdrawn: boolean }>(100, 'fail');
      for (const lane of lanes) buffer.offer('', meta, lane);
      return buffer;
    }

    function takeLanes(buffer: BoundedBuffer<string, any>, count: number): number[] {
      return Array.from({ length: count }, () => {
        const lane = buffer.next();
        buffer.metaOf(lane);
        buffer.take(lane);
        return lane;
      });
    }

    it('gives full credit if it was the last (M3)', () => {
      const buffer = bufferOf([1, 1]);
      buffer.offer('', gone, 1);
      takeLanes(buffer, 2);
      buffer.withdrawn(1);
      for (const lane of [1, 0, 1]) buffer.offer('', there, lane);
      expect(takeLanes(buffer, 3)).toEqual([1, 1, 0]);
    });

    it('leaves the credit alone if others wait (M3)', () => {
      const buffer = bufferOf([1, 1, 1, 0]);
      takeLanes(buffer, 2);
      buffer.offer('', gone, 2);
      buffer.withdrawn(2);
      expect(takeLanes(buffer, 2)).toEqual([0, 1]);
    });
  });
});
