import { consistentHash, leastLoaded, random, roundRobin } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { targetsOf } from '../contracts/router-laws';
import { heap } from './garbage';

describe.each([
  ['roundRobin', roundRobin],
  ['random', () => random(1)],
  ['leastLoaded', leastLoaded],
  ['consistentHash', () => consistentHash((message: string) => message)],
])('%s', (_, create) => {
  const key = { topic: 'work' };

  it('keeps nothing for a million ids that come and go (T2)', () => {
    const router = create();
    for (let i = 0; i < 2_000; i++) router.route(key, targetsOf(`t${i}`), 'message');
    const before = heap();
    for (let i = 0; i < 1_000_000; i++) router.route(key, targetsOf(`actor ${i}`), 'message');
    // A million ids are above 50 MB.
    expect(heap() - before).toBeLessThan(5e6);
    router.route(key, targetsOf('last'), 'message');
  });
});

describe('roundRobin', () => {
  it('forgets a crowd that is gone with the next pick (T2)', () => {
    const key = { topic: 'work' };
    const router = roundRobin();
    const before = heap();
    (() => {
      const crowd = targetsOf(...Array.from({ length: 1_500 }, (_, i) => `${i} of a crowd ${'x'.repeat(10_000)}`.split('').join('')));
      for (let i = 0; i < crowd.length; i++) router.route(key, crowd, 'message');
    })();
    for (let i = 0; i < 1_024; i++) router.route(key, targetsOf(`t${i}`), 'message');
    // 1,500 such ids are 15 MB.
    expect(heap() - before).toBeLessThan(3e6);
  });
});
