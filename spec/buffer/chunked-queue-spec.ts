import { describe, expect, it } from 'vitest';
import { ChunkedQueue } from '../../src/buffer/chunked-queue';

class Entry {
  withdrawn = false;
  constructor(readonly name: number) {}
}

function take<V>(queue: ChunkedQueue<V, any>): V {
  queue.headMeta();
  return queue.shift();
}

describe('ChunkedQueue', () => {
  it('is first in, first out over many chunks', () => {
    const queue = new ChunkedQueue<number, number>();
    let pushed = 0;
    let taken = 0;
    for (let round = 0; round < 1_000; round++) {
      for (let i = 0; i < 1 + (round % 7); i++) queue.push(pushed++, round);
      while (queue.size > round % 5) expect(take(queue)).toBe(taken++);
    }
    expect(queue.length).toBeLessThanOrEqual(64);
  });

  it('keeps a value’s meta with it', () => {
    const queue = new ChunkedQueue<string, number>();
    queue.push('a', 7);
    queue.push('b', 8);
    expect([queue.headMeta(), queue.shift()]).toEqual([7, 'a']);
    expect([queue.headMeta(), queue.shift()]).toEqual([8, 'b']);
  });

  it('grows in order from the middle of a round', () => {
    const queue = new ChunkedQueue<number, number>();
    for (let i = 0; i < 8; i++) queue.push(i, 0);
    for (let i = 0; i < 5; i++) take(queue);
    for (let i = 8; i < 100; i++) queue.push(i, 0);
    for (let i = 5; i < 100; i++) expect(take(queue)).toBe(i);
    expect(queue.size).toBe(0);
  });

  it('passes over withdrawn values', () => {
    const queue = new ChunkedQueue<undefined, Entry>();
    const entries = Array.from({ length: 10 }, (_, i) => new Entry(i));
    for (const entry of entries) queue.push(undefined, entry);
    for (const i of [0, 1, 4, 9]) {
      (entries[i] as Entry).withdrawn = true;
      queue.withdrawn();
    }
    const left: number[] = [];
    queue.forEach((_, { name }) => left.push(name));
    expect(left).toEqual([2, 3, 5, 6, 7, 8]);
    expect(queue.size).toBe(6);
    const taken: number[] = [];
    while (queue.size > 0) {
      taken.push(queue.headMeta().name);
      queue.shift();
    }
    expect(taken).toEqual(left);
  });

  it('holds a few slots after 200,000 cancellations behind one live value', () => {
    const queue = new ChunkedQueue<undefined, Entry>();
    queue.push(undefined, new Entry(-1));
    for (let i = 0; i < 200_000; i++) {
      const entry = new Entry(i);
      queue.push(undefined, entry);
      entry.withdrawn = true;
      queue.withdrawn();
    }
    expect(queue.size).toBe(1);
    expect(queue.length).toBeLessThanOrEqual(64);
    expect(queue.headMeta().name).toBe(-1);
  });

  it('gives memory back when a backlog is cancelled, or drained', () => {
    const queue = new ChunkedQueue<undefined, Entry>();
    const entries = Array.from({ length: 100_000 }, (_, i) => new Entry(i));
    for (const entry of entries) queue.push(undefined, entry);
    for (const entry of entries.slice(1)) {
      entry.withdrawn = true;
      queue.withdrawn();
    }
    expect(queue.size).toBe(1);
    expect(queue.length).toBeLessThanOrEqual(128);
    const drained = new ChunkedQueue<number, number>();
    for (let i = 0; i < 100_000; i++) drained.push(i, 0);
    while (drained.size > 0) take(drained);
    expect(drained.length).toBeLessThanOrEqual(2_048);
  });

  it('is empty when its last living value leaves, tombstones and all', () => {
    const queue = new ChunkedQueue<undefined, Entry>();
    const [first, second] = [new Entry(1), new Entry(2)];
    queue.push(undefined, first);
    queue.push(undefined, second);
    second.withdrawn = true;
    queue.withdrawn();
    queue.headMeta();
    queue.shift();
    expect(queue.size).toBe(0);
    expect(queue.length).toBe(0);
    queue.push(undefined, new Entry(3));
    expect(queue.headMeta().name).toBe(3);
    const alone = new ChunkedQueue<undefined, Entry>();
    const only = new Entry(1);
    alone.push(undefined, only);
    only.withdrawn = true;
    alone.withdrawn();
    expect(alone.length).toBe(0);
  });

  describe('memory', () => {
    /** A queue of so many numbers, of which so many were taken. */
    function queueOf(pushed: number, taken = 0): ChunkedQueue<number, number> {
      const queue = new ChunkedQueue<number, number>();
      for (let i = 0; i < pushed; i++) queue.push(i, 0);
      for (let i = 0; i < taken; i++) take(queue);
      return queue;
    }

    function withdraw(queue: ChunkedQueue<undefined, Entry>, entries: readonly Entry[]): void {
      for (const entry of entries) {
        entry.withdrawn = true;
        queue.withdrawn();
      }
    }

    it('comes in chunks of twice the length, up to 2,048 slots', () => {
      const queue = new ChunkedQueue<number, number>();
      const lengths = [queue.length];
      for (let i = 0; i < 3_000; i++) {
        queue.push(i, 0);
        if (queue.length !== lengths.at(-1)) lengths.push(queue.length);
      }
      expect(lengths).toEqual([0, 16, 48, 112, 240, 496, 1_008, 2_032, 4_080, 6_128]);
    });

    it.each([
      ['of the same length where a quarter of it is in use', 4, 32],
      ['of twice the length where more is', 3, 48],
    ])('comes in a chunk %s', (_, taken, length) => {
      const queue = queueOf(8, taken);
      expect(queue.length).toBe(16);
      queue.push(8, 0);
      expect(queue.length).toBe(length);
    });

    it('is taken over from the chunk that was used up last', () => {
      const queue = queueOf(8, 7);
      for (let i = 8; i < 1_000; i++) {
        queue.push(i, 0);
        expect(queue.length).toBe(32);
        expect(take(queue)).toBe(i - 1);
      }
    });

    it('is not taken over from a chunk that is too short', () => {
      const queue = queueOf(24, 8);
      expect(queue.length).toBe(16 + 32);
      queue.push(24, 0);
      expect(queue.length).toBe(16 + 32 + 64);
    });

    it('comes in chunks of 32,768 slots while 32,768 values wait, and in short ones again when they do not', () => {
      const short = 16 + 32 + 64 + 128 + 256 + 512 + 1_024 + 32 * 2_048;
      const queue = queueOf(short / 2);
      expect(queue.length).toBe(short);
      queue.push(-1, 0);
      expect(queue.length).toBe(short + 32_768);
      while (queue.size > 1) take(queue);
      expect(queue.length).toBe(32_768 + 2_048);
      for (let i = 0; i < 16_383; i++) queue.push(i, 0);
      expect(queue.length).toBe(32_768 + 2_048);
      queue.push(-1, 0);
      expect(queue.length).toBe(32_768 + 2_048);
      for (let i = 0; i < 20_000; i++) {
        queue.push(i, 0);
        take(queue);
      }
      expect(queue.length).toBeLessThanOrEqual(20 * 2_048);
    });

    it('is long from 32,768 values on', () => {
      const pushed = (16 + 32 + 64 + 128 + 256 + 512 + 1_024 + 32 * 2_048) / 2;
      const grownBy = (taken: number): number => {
        const queue = queueOf(pushed, taken);
        const before = queue.length;
        queue.push(-1, 0);
        return queue.length - before;
      };
      expect([grownBy(pushed - 32_768), grownBy(pushed - 32_767)]).toEqual([32_768, 2_048]);
    });

    it('keeps the chunk of a queue that was never long when the last value leaves', () => {
      expect(queueOf(10_000, 10_000).length).toBe(2_048);
    });

    it('leaves nothing of a long chunk behind when the last value leaves', () => {
      const queue = queueOf(100_000, 99_999);
      expect(queue.length).toBeGreaterThan(32_768);
      take(queue);
      expect(queue.length).toBe(0);
      queue.push(7, 0);
      expect(queue.length).toBe(16);
      expect(take(queue)).toBe(7);
    });

    it('is given back but for one chunk when the last value leaves', () => {
      expect(queueOf(24, 24).length).toBe(32);
      expect(queueOf(8, 8).length).toBe(16);
    });

    it('keeps its chunk when the last value leaves behind tombstones that were passed over', () => {
      const queue = new ChunkedQueue<undefined, Entry>();
      const [first, second] = [new Entry(1), new Entry(2)];
      queue.push(undefined, first);
      queue.push(undefined, second);
      withdraw(queue, [first]);
      take(queue);
      expect(queue.length).toBe(16);
    });

    it.each([
      ['32 tombstones', 1, 33, 112, 16],
      ['three tombstones for each living value', 11, 37, 112, 48],
    ])('is swept when there are more than %s', (_, living, dead, before, after) => {
      const queue = new ChunkedQueue<undefined, Entry>();
      const entries = Array.from({ length: living + dead }, (_entry, i) => new Entry(i));
      for (const entry of entries) queue.push(undefined, entry);
      withdraw(queue, entries.slice(living, -1));
      expect(queue.length).toBe(before);
      withdraw(queue, entries.slice(-1));
      expect(queue.length).toBe(after);
      const left: number[] = [];
      queue.forEach((_value, { name }) => left.push(name));
      expect(left).toEqual(Array.from({ length: living }, (_entry, i) => i));
    });
  });
});
