import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { RetainedTopics } from '../../src/routing/retained-topics';
import { TopicIndex } from '../../src/routing/topic-index';

/** The grammar of T1, written out token by token. */
function matches(pattern: readonly string[], topic: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === '>') return topic.length > 0;
  if (first === undefined || topic.length === 0) return first === undefined && topic.length === 0;
  return (first === '*' || first === topic[0]) && matches(rest, topic.slice(1));
}

const token = fc.constantFrom('a', 'b', '__proto__', 'constructor');
const topic = fc.array(token, { minLength: 1, maxLength: 4 });
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { maxLength: 4 }), fc.boolean())
  .map(([tokens, open]) => (open || tokens.length === 0 ? [...tokens, '>'] : tokens));

describe('TopicIndex', () => {
  it('finds what the grammar says, each once, in the order of binding (T1)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, fc.nat(5)), { maxLength: 15 }), topic, (bindings, published) => {
        const index = new TopicIndex<number>();
        for (const [tokens, value] of bindings) index.add(tokens.join('.'), value);
        const expected = [...new Set(bindings.filter(([tokens]) => matches(tokens, published)).map(([, value]) => value))];
        expect(index.match(published.join('.'))).toEqual(expected);
        for (const [tokens, value] of bindings) index.remove(tokens.join('.'), value);
        expect(index.isEmpty).toBe(true);
        expect(index.nodeCount).toBe(1);
      }),
      { seed: 20_26, numRuns: 500 },
    );
  });

  it('looks at as many nodes among 100,000 bindings as among one (T3)', () => {
    const visits = (bindings: number): number => {
      const index = new TopicIndex<number>();
      index.add('orders.*.created', -1);
      for (let i = 1; i < bindings; i++) index.add(`orders.customer${i}.created`, i);
      const before = index.visited;
      index.match('orders.nobody.created');
      return index.visited - before;
    };
    expect(visits(1)).toBe(4);
    expect(visits(100_000)).toBe(4);
  });

  it('keeps nothing for topics that were matched, nor for patterns that are gone (T3)', () => {
    const index = new TopicIndex<number>();
    index.add('a.*', 1);
    for (let i = 0; i < 10_000; i++) index.match(`a.${i}`);
    for (let i = 0; i < 10_000; i++) {
      index.add(`b.${i}.c`, i);
      index.remove(`b.${i}.c`, i);
    }
    expect(index.nodeCount).toBe(3);
  });

  it('counts how often a value is bound by a pattern', () => {
    const index = new TopicIndex<string>();
    index.add('a', 'x');
    index.add('a', 'x');
    index.remove('a', 'x');
    index.remove('a', 'unknown');
    index.remove('b.c', 'x');
    expect(index.match('a')).toEqual(['x']);
    index.remove('a', 'x');
    expect(index.match('a')).toEqual([]);
  });

  it('copes with 20,000 tokens', () => {
    const index = new TopicIndex<string>();
    const deep = Array.from({ length: 20_000 }, () => 'a').join('.');
    index.add(deep, 'x');
    expect(index.match(deep)).toEqual(['x']);
    expect(index.nodeCount).toBe(20_001);
  });

  it('hands out the same array until a binding changes, without copying', () => {
    const index = new TopicIndex<string>();
    index.add('a.*', 'x');
    const answer = index.match('a.b');
    expect(index.match('a.c')).toBe(answer);
    // Patterns that only lead through there are none that match.
    index.add('a.b.c', 'z');
    expect(index.match('a.b')).toBe(answer);
    index.add('a.*', 'y');
    expect(index.match('a.c')).not.toBe(answer);
  });

  it('leaves an answer alone that is in use', () => {
    const index = new TopicIndex<string>();
    index.add('a', 'x');
    const answer = index.match('a');
    index.add('a', 'y');
    index.remove('a', 'x');
    expect(answer).toEqual(['x']);
    expect(index.match('a')).toEqual(['y']);
  });
});

describe('RetainedTopics', () => {
  it('finds what the grammar says, in the order of first retention (T4)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(topic, { selector: (tokens) => tokens.join('.'), maxLength: 12 }), pattern, (topics, wanted) => {
        const retained = new RetainedTopics(100);
        topics.forEach((tokens, i) => retained.set(tokens.join('.'), i));
        const expected = topics.filter((tokens) => matches(wanted, tokens)).map((tokens) => tokens.join('.'));
        expect(retained.match(wanted.join('.')).map(({ topic: found }) => found)).toEqual(expected);
        for (const tokens of topics) retained.delete(tokens.join('.'));
        expect(retained.size).toBe(0);
        expect(retained.match('>')).toEqual([]);
      }),
      { seed: 20_26, numRuns: 500 },
    );
  });

  it('copes with 20,000 tokens (T4)', () => {
    const retained = new RetainedTopics(1);
    const deep = Array.from({ length: 20_000 }, () => 'a').join('.');
    retained.set(deep, 1);
    expect(retained.match('>')).toEqual([{ topic: deep, message: 1 }]);
    expect(retained.match(deep)).toHaveLength(1);
  });

  it('refuses a malformed topic as such, also when full (T1)', () => {
    const retained = new RetainedTopics(1);
    retained.set('a', 1);
    expect(() => retained.set('b..c', 2)).toThrow(/must not be empty/);
    expect(() => retained.set('b', 2)).toThrow(/maxRetained is 1.*'b'.*clearRetained/);
  });

  it('keeps the last value, at its first place', () => {
    const retained = new RetainedTopics(2);
    retained.set('a', 1);
    retained.set('a.b', 2);
    retained.set('a', 3);
    expect(retained.match('>')).toMatchObject([{ topic: 'a', message: 3 }, { topic: 'a.b', message: 2 }]);
    expect(() => retained.set('c', 4)).toThrow(RangeError);
    retained.delete('a');
    retained.delete('unknown');
    expect(retained.get('a')).toBeUndefined();
    expect(retained.get('a.b')).toBe(2);
    retained.clear();
    expect(retained.size).toBe(0);
  });

  describe('branches', () => {
    /** How many branches are made by retaining these: those that are there already are not made again. */
    function branchesMade(retained: RetainedTopics, ...topics: string[]): number {
      const set = vi.spyOn(Map.prototype, 'set');
      try {
        for (const one of topics) retained.set(one, 0);
        // One entry for each topic's value, one for each branch.
        return set.mock.calls.length - topics.length;
      } finally {
        set.mockRestore();
      }
    }

    it('are shared', () => {
      const retained = new RetainedTopics(9);
      expect(branchesMade(retained, 'a.b.c')).toBe(3);
      expect(branchesMade(retained, 'a.b', 'a.b.d')).toBe(1);
    });

    it('go with their last topic, up to where others need them (T3, T4)', () => {
      const retained = new RetainedTopics(9);
      for (const one of ['a', 'a.b.c', 'x.y.z', 'x.w']) retained.set(one, 0);
      retained.delete('a.b.c');
      retained.delete('x.y.z');
      expect(branchesMade(retained, 'a.b.c', 'x.y.z')).toBe(2 + 2);
      expect(retained.match('>').map(({ topic: found }) => found)).toEqual(['a', 'x.w', 'a.b.c', 'x.y.z']);
    });

    it('stay while there is a topic below', () => {
      const retained = new RetainedTopics(9);
      for (const one of ['a', 'a.b']) retained.set(one, 0);
      retained.delete('a');
      expect(branchesMade(retained, 'a')).toBe(0);
      expect(retained.match('*.*')).toHaveLength(1);
    });
  });
});
