import { describe, expect, it } from 'vitest';
import { Ring } from '../../src/buffer/ring';

class Entry {
  withdrawn = false;
  constructor(readonly name: number) {}
}

function take<V>(ring: Ring<V, any>): V {
  ring.headMeta();
  const value = ring.headValue();
  ring.advance();
  return value;
}

describe('Ring', () => {
  it('is first in, first out, over many times around', () => {
    const ring = new Ring<number, number>();
    let pushed = 0;
    let taken = 0;
    for (let round = 0; round < 1_000; round++) {
      for (let i = 0; i < 1 + (round % 7); i++) ring.push(pushed++, round);
      while (ring.size > round % 5) expect(take(ring)).toBe(taken++);
    }
    expect(ring.length).toBeLessThanOrEqual(32);
  });

  it('keeps a value’s meta with it', () => {
    const ring = new Ring<string, number>();
    ring.push('a', 7);
    ring.push('b', 8);
    expect([ring.headMeta(), ring.headValue()]).toEqual([7, 'a']);
    ring.advance();
    expect([ring.headMeta(), ring.headValue()]).toEqual([8, 'b']);
  });

  it('grows in order from the middle of a round', () => {
    const ring = new Ring<number, number>();
    for (let i = 0; i < 8; i++) ring.push(i, 0);
    for (let i = 0; i < 5; i++) take(ring);
    for (let i = 8; i < 100; i++) ring.push(i, 0);
    for (let i = 5; i < 100; i++) expect(take(ring)).toBe(i);
    expect(ring.size).toBe(0);
  });

  it('passes over what was withdrawn', () => {
    const ring = new Ring<undefined, Entry>();
    const entries = Array.from({ length: 10 }, (_, i) => new Entry(i));
    for (const entry of entries) ring.push(undefined, entry);
    for (const i of [0, 1, 4, 9]) {
      (entries[i] as Entry).withdrawn = true;
      ring.withdrawn();
    }
    const left: number[] = [];
    ring.forEach((_, { name }) => left.push(name));
    expect(left).toEqual([2, 3, 5, 6, 7, 8]);
    expect(ring.size).toBe(6);
    const taken: number[] = [];
    while (ring.size > 0) {
      taken.push(ring.headMeta().name);
      ring.advance();
    }
    expect(taken).toEqual(left);
  });

  it('holds 16 slots after 200,000 cancellations behind one live value', () => {
    const ring = new Ring<undefined, Entry>();
    ring.push(undefined, new Entry(-1));
    for (let i = 0; i < 200_000; i++) {
      const entry = new Entry(i);
      ring.push(undefined, entry);
      entry.withdrawn = true;
      ring.withdrawn();
    }
    expect(ring.size).toBe(1);
    expect(ring.length).toBe(16);
    expect(ring.headMeta().name).toBe(-1);
  });

  it('gives memory back when a backlog is cancelled, or drained', () => {
    const ring = new Ring<undefined, Entry>();
    const entries = Array.from({ length: 100_000 }, (_, i) => new Entry(i));
    for (const entry of entries) ring.push(undefined, entry);
    for (const entry of entries.slice(1)) {
      entry.withdrawn = true;
      ring.withdrawn();
    }
    expect(ring.size).toBe(1);
    expect(ring.length).toBeLessThanOrEqual(128);
    const drained = new Ring<number, number>();
    for (let i = 0; i < 100_000; i++) drained.push(i, 0);
    while (drained.size > 0) take(drained);
    expect(drained.length).toBe(0);
  });

  it('is empty when its last living value leaves, tombstones and all', () => {
    const ring = new Ring<undefined, Entry>();
    const [first, second] = [new Entry(1), new Entry(2)];
    ring.push(undefined, first);
    ring.push(undefined, second);
    second.withdrawn = true;
    ring.withdrawn();
    ring.headMeta();
    ring.advance();
    expect(ring.size).toBe(0);
    expect(ring.length).toBe(0);
    ring.push(undefined, new Entry(3));
    expect(ring.headMeta().name).toBe(3);
    const alone = new Ring<undefined, Entry>();
    const only = new Entry(1);
    alone.push(undefined, only);
    only.withdrawn = true;
    alone.withdrawn();
    expect(alone.length).toBe(0);
  });
});
