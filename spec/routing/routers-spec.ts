import { type RouteTarget, actorId, consistentHash, leastLoaded, random, roundRobin } from 'rx-broker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routerLaws, targetsOf } from '../contracts/router-laws';
import { expectSame } from '../expect-same';

const key = { topic: 'work' };

describe('the routers', () => {
  it('random picks by all of its seed, fractions too, and the same for the same', () => {
    const picks = (seed: number): string => {
      const router = random(seed);
      return Array.from({ length: 20 }, () => router.route(key, targetsOf('a', 'b', 'c'), 0)).join('');
    };
    const seeds = [0, 1, 0.1, 0.9, 1.5, -0.25, 2 ** 31];
    expect(new Set(seeds.map(picks)).size).toBe(seeds.length);
    for (const seed of seeds) expect(picks(seed)).toBe(picks(seed));
  });

  routerLaws('roundRobin', roundRobin);
  routerLaws('random', () => random(1));
  routerLaws('random, unseeded', () => random());
  routerLaws('leastLoaded', leastLoaded);
  routerLaws('consistentHash', () => consistentHash((message: string) => message));
});

describe('roundRobin', () => {
  it('goes through the targets in their order', () => {
    const router = roundRobin();
    expect(Array.from({ length: 7 }, () => router.route(key, targetsOf('a', 'b', 'c'), 0))).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  it('starves nobody where topics that share it alternate', () => {
    const router = roundRobin();
    const picked = new Set<string>();
    for (let i = 0; i < 4; i++) {
      picked.add(router.route(key, targetsOf('1', '2'), 0));
      picked.add(router.route(key, targetsOf('3', '4'), 0));
    }
    expect([...picked].sort()).toEqual(['1', '2', '3', '4']);
  });

  it.each<[what: string, turns: number, topics: (readonly RouteTarget[])[]]>([
    ['2,000 topics of two', 40_000, Array.from({ length: 2_000 }, (_, i) => targetsOf(`a${i}`, `b${i}`))],
    ['one topic of 1,500 and one of a single actor', 15_000, [targetsOf(...Array.from({ length: 1_500 }, (_, i) => `a${i}`)), targetsOf('x')]],
  ])('starves nobody of more actors than it remembers: %s', (_, turns, topics) => {
    const router = roundRobin();
    const missed = new Set(topics.flat().map(({ id }) => id));
    for (let i = 0; i < turns; i++) missed.delete(router.route(key, topics[i % topics.length]!, 0));
    expect([...missed]).toEqual([]);
  });

  it('goes on looking exact where the same arrays come again and share targets', () => {
    const [a, b, c, d, e] = targetsOf('a', 'b', 'c', 'd', 'e') as [RouteTarget, RouteTarget, RouteTarget, RouteTarget, RouteTarget];
    const topics = [[a, b, c, d], [b, e], [c], [e, d, a]];
    fc.assert(
      fc.property(fc.array(fc.nat(topics.length - 1), { maxLength: 60 }), (order) => {
        const router = roundRobin();
        const lastPicks = new Map<string, number>();
        for (const [turn, topic] of order.entries()) {
          const targets = topics[topic] as RouteTarget[];
          const picked = router.route(key, targets, 0);
          const longestAgo = Math.min(...targets.map(({ id }) => lastPicks.get(id) ?? -1));
          expectSame(lastPicks.get(picked) ?? -1, longestAgo);
          lastPicks.set(picked, turn);
        }
      }),
    );
  });

  it('goes on with the one picked longest ago after another topic has picked one of its targets', () => {
    const router = roundRobin();
    const [all, b] = [targetsOf('a', 'b', 'c'), targetsOf('b')];
    expect([all, all, all, b, all, all, all, all].map((targets) => router.route(key, targets, 0)).join('')).toBe('abcbacba');
  });

  it('looks at no other target while an array’s turn goes round', () => {
    let looks = 0;
    const targets = Array.from({ length: 1_000 }, (_, i) => ({
      size: 0,
      inFlight: 0,
      get id() {
        looks++;
        return actorId(`t${i}`);
      },
    }));
    const router = roundRobin();
    for (let i = 0; i < 3; i++) router.route(key, targets, 0);
    looks = 0;
    const picked = Array.from({ length: 3_000 }, () => router.route(key, targets, 0));
    // Three each: before the pick, for it, and after it.
    expect(looks).toBeLessThan(10_000);
    expect(new Set(picked).size).toBe(1_000);
    expect(picked.slice(0, 1_000)).toEqual(picked.slice(2_000));
  });

  it('knows an array’s turn from its second call on, though its targets were picked for others', () => {
    let looks = 0;
    const targets = Array.from({ length: 1_000 }, (_, i) => ({
      size: 0,
      inFlight: 0,
      get id() {
        looks++;
        return actorId(`t${i}`);
      },
    }));
    const router = roundRobin();
    for (let i = 0; i < 1_000; i++) router.route(key, [...targets], 0);
    for (let i = 0; i < 2; i++) router.route(key, targets, 0);
    looks = 0;
    expect(Array.from({ length: 500 }, () => router.route(key, targets, 0)).slice(0, 2)).toEqual(['t2', 't3']);
    expect(looks).toBeLessThan(2_000);
  });

  it('takes a newcomer next', () => {
    const router = roundRobin();
    for (let i = 0; i < 3; i++) router.route(key, targetsOf('a', 'b'), 0);
    expect(router.route(key, targetsOf('a', 'b', 'new'), 0)).toBe('new');
  });
});

describe('random', () => {
  it('picks alike with the same seed, otherwise with another', () => {
    const picks = (seed: number) => {
      const router = random(seed);
      return Array.from({ length: 50 }, () => router.route(key, targetsOf('a', 'b', 'c', 'd'), 0)).join('');
    };
    expect(picks(5)).toBe(picks(5));
    expect(picks(5)).not.toBe(picks(6));
  });

  it('picks the same everywhere, and in every release, with a seed', () => {
    const picks = (seed: number): string => {
      const router = random(seed);
      return Array.from({ length: 12 }, () => router.route(key, targetsOf('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), 0)).join('');
    };
    expect([picks(5), picks(5.3)]).toEqual(['378058199769', '327723210501']);
  });

  it('picks otherwise each time without a seed', () => {
    const picks = () => {
      const router = random();
      return Array.from({ length: 50 }, () => router.route(key, targetsOf('a', 'b', 'c', 'd'), 0)).join('');
    };
    expect(picks()).not.toBe(picks());
  });

  it('picks each about as often', () => {
    const router = random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 9_000; i++) {
      const id = router.route(key, targetsOf('a', 'b', 'c'), 0);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 3_000)).toBeLessThan(300);
  });

  it.each([NaN, Infinity, '5', null])('throws for the seed %s', (seed) => {
    expect(() => random(seed as never)).toThrow(/seed must be a finite number/);
  });
});

describe('leastLoaded', () => {
  it('picks the one with the fewest queued and running, equals in turns', () => {
    const router = leastLoaded();
    const targets = [
      { id: actorId('busy'), size: 3, inFlight: 1 },
      { id: actorId('x'), size: 1, inFlight: 0 },
      { id: actorId('y'), size: 0, inFlight: 1 },
    ];
    expect([0, 1, 2].map(() => router.route(key, targets, 0))).toEqual(['x', 'y', 'x']);
  });
});

describe('consistentHash', () => {
  const router = consistentHash((message: string) => message);
  const keys = Array.from({ length: 3_000 }, (_, i) => `customer ${i}`);
  const names = Array.from({ length: 10 }, (_, i) => `actor ${i}`);

  it('picks the same target for the same key, in whatever order they are given', () => {
    for (const one of keys.slice(0, 100)) expect(router.route(key, targetsOf(...names), one)).toBe(router.route(key, targetsOf(...[...names].reverse()), one));
  });

  it('picks the same everywhere, and in every release', () => {
    expect(keys.slice(0, 12).map((one) => router.route(key, targetsOf(...names), one).slice(-1)).join('')).toBe('539556250814');
  });

  it('moves about one key in n when a target goes, and no other', () => {
    const before = keys.map((one) => router.route(key, targetsOf(...names), one));
    const after = keys.map((one) => router.route(key, targetsOf(...names.slice(1)), one));
    const moved = keys.filter((_, i) => before[i] !== after[i]);
    expect(moved.length).toBe(before.filter((id) => id === 'actor 0').length);
    expect(moved.length).toBeGreaterThan(200);
    expect(moved.length).toBeLessThan(400);
  });

  it('moves about one key in n + 1 when a target comes, and only to it', () => {
    const moved = keys.map((one) => [router.route(key, targetsOf(...names), one), router.route(key, targetsOf(...names, 'new'), one)]).filter(([a, b]) => a !== b);
    expect(new Set(moved.map(([, to]) => to))).toEqual(new Set(['new']));
    expect(Math.abs(moved.length - 3_000 / 11)).toBeLessThan(80);
  });

  it('throws for what cannot be hashed', () => {
    expect(() => consistentHash('id' as never)).toThrow(/keyOf must be a function/);
    expect(() => consistentHash(() => 5 as never).route(key, targetsOf('a'), 0)).toThrow(/keyOf must return a string, got 5/);
  });
});
