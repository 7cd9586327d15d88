import { type RouteTarget, type Router, actorId } from 'rx-broker';
import { expect, it } from 'vitest';

export const targetsOf = (...names: string[]): readonly RouteTarget[] => names.map((name) => ({ id: actorId(name), size: 0, inFlight: 0 }));

/** What every router owes. */
export function routerLaws(name: string, create: () => Router): void {
  const key = { topic: 'work' };

  it(`${name}: picks one of the targets, and changes nothing about them (T2)`, () => {
    const router = create();
    const targets = Object.freeze(targetsOf('a', 'b', 'c').map((target) => Object.freeze(target)));
    for (let i = 0; i < 200; i++) expect(['a', 'b', 'c']).toContain(router.route(key, targets, `message ${i}`));
  });

  it(`${name}: picks the only one there is (T2)`, () => {
    expect(create().route(key, targetsOf('only'), 'message')).toBe('only');
  });

  it(`${name}: reaches every target (T2)`, () => {
    const router = create();
    const picked = new Set(Array.from({ length: 200 }, (_, i) => router.route(key, targetsOf('a', 'b', 'c'), `message ${i}`)));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
  });

  it(`${name}: copes with targets that come and go (T2)`, () => {
    const router = create();
    for (let i = 0; i < 5_000; i++) {
      const targets = targetsOf(`t${i}`, `t${i + 1}`);
      expect(targets.map(({ id }) => id)).toContain(router.route(key, targets, `message ${i}`));
    }
  });

  it(`${name}: picks one of thousands, then of few again (T2)`, () => {
    const router = create();
    const many = targetsOf(...Array.from({ length: 3_000 }, (_, i) => `t${i}`));
    for (let i = 0; i < 500; i++) {
      const targets = i % 2 === 0 ? many : many.slice(-2);
      const picked = router.route(key, targets, `message ${i}`);
      expect(targets.some(({ id }) => id === picked)).toBe(true);
    }
  });
}
