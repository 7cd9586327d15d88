import { describe, expect, it } from 'vitest';
import { ChunkedQueue } from '../../src/buffer/chunked-queue';

class Entry {
  withdrawn = false;
  constructor(readonly name: number) {}
}

function take<V>(queue: ChunkedQueue<V, any>): V {
  queue.headMeta();
  const value = queue.headValue();
  queue.advance();
  return value;
}

describe('ChunkedQueue', () => {
  it('is first in, first out, over many times around', () => {
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
    expect([queue.headMeta(), queue.headValue()]).toEqual([7, 'a']);
    queue.advance();
    expect([queue.headMeta(), queue.headValue()]).toEqual([8, 'b']);
  });

  it('grows in order from the middle of a round', () => {
    const queue = new ChunkedQueue<number, number>();
    for (let i = 0; i < 8; i++) queue.push(i, 0);
    for (let i = 0; i < 5; i++) take(queue);
    for (let i = 8; i < 100; i++) queue.push(i, 0);
    for (let i = 5; i < 100; i++) expect(take(queue)).toBe(i);
    expect(queue.size).toBe(0);
  });

  it('passes over what was withdrawn', () => {
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
      queue.advance();
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
    queue.advance();
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
});
