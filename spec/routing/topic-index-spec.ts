import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

/** How often `work` calls a method of any map: what an index looks up, and what it keeps, are entries of maps. */
function callsOf(method: 'get' | 'set' | 'delete', work: () => void): number {
  const original = Map.prototype[method] as (...args: unknown[]) => unknown;
  let count = 0;
  Map.prototype[method] = function (this: unknown, ...args: unknown[]) {
    count++;
    return original.apply(this, args);
  } as never;
  try {
    work();
  } finally {
    Map.prototype[method] = original as never;
  }
  return count;
}

describe('TopicIndex', () => {
  it('finds the values that match by the grammar, each once, in the order of binding (T1)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, fc.nat(5)), { maxLength: 15 }), topic, (bindings, published) => {
        const index = new TopicIndex<number>();
        const bindAll = () => bindings.map(([tokens, value]) => index.add(tokens.join('.'), value));
        const removes: (() => void)[] = [];
        const made = callsOf('set', () => removes.push(...bindAll()));
        const expected = [...new Set(bindings.filter(([tokens]) => matches(tokens, published)).map(([, value]) => value))];
        expect(index.match(published.join('.'))).toEqual(expected);
        for (const remove of removes) remove();
        expect(index.match(published.join('.'))).toEqual([]);
        // Nothing is left of them: as much is made for them anew.
        expect(callsOf('set', bindAll)).toBe(made);
      }),
      { seed: 20_26, numRuns: 500 },
    );
  });

  it('looks up as much among 100,000 bindings as among one (T3)', () => {
    const lookUps = (bindings: number): number => {
      const index = new TopicIndex<number>();
      index.add('orders.*.created', -1);
      for (let i = 1; i < bindings; i++) index.add(`orders.customer${i}.created`, i);
      return callsOf('get', () => index.match('orders.nobody.created'));
    };
    // This token; and the rest, any token and this token, at each of the two nodes from the wildcard down.
    expect(lookUps(1)).toBe(7);
    expect(lookUps(100_000)).toBe(7);
  });

  it('keeps nothing for topics that were matched, nor for patterns that are gone (T3)', () => {
    const index = new TopicIndex<number>();
    index.add('a.*', 1);
    const match = () => {
      for (let i = 0; i < 10_000; i++) index.match(`a.${i}`);
    };
    expect(callsOf('set', match)).toBe(0);
    const bind = () => {
      for (let i = 0; i < 10_000; i++) index.add(`b.${i}.c`, i)();
    };
    // The branch of `b` too goes and comes each time: three branches and one binding.
    let removed = 0;
    expect(callsOf('set', () => (removed = callsOf('delete', bind)))).toBe(40_000);
    expect(removed).toBe(40_000);
  });

  it('keeps a branch that others need (T3)', () => {
    const index = new TopicIndex<string>();
    const [removeLong, removeShort] = [index.add('a.b.c.d', 'long'), index.add('a.b', 'short')];
    removeLong();
    expect(callsOf('set', () => void index.add('a.b.c.d', 'long'))).toBe(3);
    removeShort();
    expect(callsOf('set', () => void index.add('a.b', 'short'))).toBe(1);
    expect(index.match('a.b.c.d')).toEqual(['long']);
  });

  it('counts how often a value is bound by a pattern', () => {
    const index = new TopicIndex<string>();
    const [first, second] = [index.add('a', 'x'), index.add('a', 'x')];
    index.add('a', 'y');
    first();
    expect(index.match('a')).toEqual(['x', 'y']);
    second();
    expect(index.match('a')).toEqual(['y']);
  });

  it('copes with 20,000 tokens', () => {
    const index = new TopicIndex<string>();
    const deep = Array.from({ length: 20_000 }, () => 'a').join('.');
    let remove = (): void => {};
    expect(callsOf('set', () => (remove = index.add(deep, 'x')))).toBe(20_001);
    expect(index.match(deep)).toEqual(['x']);
    expect(callsOf('delete', remove)).toBe(20_001);
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

  it('does not change an array that is in use', () => {
    const index = new TopicIndex<string>();
    const remove = index.add('a', 'x');
    const answer = index.match('a');
    index.add('a', 'y');
    remove();
    expect(answer).toEqual(['x']);
    expect(index.match('a')).toEqual(['y']);
  });
});

describe('a branch of a TopicIndex', () => {
  it('stays for bindings in it and below it, when another one below it goes (T3)', () => {
    const index = new TopicIndex<string>();
    index.add('a', 'ends here');
    const removeB = index.add('a.b', 'goes');
    index.add('a.c', 'stays');
    removeB();
    expect([index.match('a'), index.match('a.b'), index.match('a.c')]).toEqual([['ends here'], [], ['stays']]);
  });
});

describe('RetainedTopics', () => {
  it('finds the messages that match by the grammar, in the order of first retention (T4)', () => {
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
    expect(retained.match('>')).toEqual([{ topic: deep, message: 1, retained: true }]);
    expect(retained.match(deep)).toHaveLength(1);
  });

  it('refuses a malformed topic with RoutingFailed, also when full (T1)', () => {
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
      const made = callsOf('set', () => {
        for (const one of topics) retained.set(one, 0);
      });
      // One entry for each topic's value, one for its place at its branch, one for each branch.
      return made - 2 * topics.length;
    }

    it('are shared', () => {
      const retained = new RetainedTopics(9);
      expect(branchesMade(retained, 'a.b.c')).toBe(3);
      expect(branchesMade(retained, 'a.b', 'a.b.d')).toBe(1);
    });

    it('go with their last topic, but stay where others need them (T3, T4)', () => {
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
