import { type RouteTarget, type Router, type RoutingKey, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { type Law, registerLaws } from './law';

export const targetsOf = (...names: string[]): readonly RouteTarget[] => names.map((name) => ({ id: actorId(name), size: 0, inFlight: 0 }));

type CreateRouter = () => Router;

const key: RoutingKey = Object.freeze({ topic: 'work' });
const idsOf = (targets: readonly RouteTarget[]): string[] => targets.map(({ id }) => id);

/** The laws of T2 for a router. All messages differ, so that a router that hashes them uses every target. */
export const ROUTER_LAWS: readonly Law<CreateRouter>[] = [
  {
    name: 'picks one of the targets, and changes nothing about them (T2)',
    check(create) {
      const router = create();
      const targets = Object.freeze(targetsOf('a', 'b', 'c').map((target) => Object.freeze(target)));
      for (let i = 0; i < 200; i++) expect(idsOf(targets)).toContain(router.route(key, targets, `message ${i}`));
    },
  },
  {
    name: 'picks the only one there is (T2)',
    check(create) {
      const router = create();
      for (let i = 0; i < 20; i++) expect(router.route(key, targetsOf('only'), `message ${i}`)).toBe('only');
    },
  },
  {
    name: 'reaches every target (T2)',
    check(create) {
      const router = create();
      const picked = new Set(Array.from({ length: 200 }, (_, i) => router.route(key, targetsOf('a', 'b', 'c'), `message ${i}`)));
      expect([...picked].sort()).toEqual(['a', 'b', 'c']);
    },
  },
  {
    name: 'reaches every target of each of two topics that alternate (T2)',
    check(create) {
      const router = create();
      const picked = new Set<string>();
      for (let i = 0; i < 400; i++) {
        const [topic, targets] = i % 2 === 0 ? ['odd', targetsOf('1', '3')] : ['even', targetsOf('2', '4')];
        picked.add(router.route({ topic: topic }, targets, `message ${i}`));
      }
      expect([...picked].sort()).toEqual(['1', '2', '3', '4']);
    },
  },
  {
    name: 'copes with targets that come and go (T2)',
    check(create) {
      const router = create();
      for (let i = 0; i < 5_000; i++) {
        const targets = targetsOf(`t${i}`, `t${i + 1}`);
        expect(idsOf(targets)).toContain(router.route(key, targets, `message ${i}`));
      }
    },
  },
  {
    name: 'picks one of thousands, then of few again (T2)',
    check(create) {
      const router = create();
      const many = targetsOf(...Array.from({ length: 3_000 }, (_, i) => `t${i}`));
      for (let i = 0; i < 500; i++) {
        const targets = i % 2 === 0 ? many : many.slice(-2);
        const picked = router.route(key, targets, `message ${i}`);
        expect(targets.some(({ id }) => id === picked)).toBe(true);
      }
    },
  },
  {
    name: 'looks at the targets of this call, not at those of the one before (T2)',
    check(create) {
      const router = create();
      const targets = [...targetsOf('a', 'b', 'c')];
      for (let i = 0; i < 50; i++) router.route(key, targets, `message ${i}`);
      targets.splice(0, 3, ...targetsOf('d', 'e'));
      for (let i = 0; i < 50; i++) expect(['d', 'e']).toContain(router.route(key, targets, `message ${i}`));
    },
  },
  {
    name: 'takes ids that name what every object has (T2)',
    check(create) {
      const router = create();
      const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
      const picked = new Set(Array.from({ length: 400 }, (_, i) => router.route(key, targetsOf(...names), `message ${i}`)));
      expect([...picked].sort()).toEqual([...names].sort());
    },
  },
  {
    name: 'shares nothing with another of its kind (T2)',
    check(create) {
      const router = create();
      const other = create();
      const targets = targetsOf('a', 'b');
      const picked = new Set<string>();
      for (let i = 0; i < 200; i++) {
        picked.add(router.route(key, targets, `message ${i}`));
        // If two routers shared one position, each of them would always pick the same target here.
        other.route(key, targets, `message ${i}`);
      }
      expect([...picked].sort()).toEqual(['a', 'b']);
    },
  },
];

/** Registers the laws of a router. */
export function routerLaws(name: string, create: CreateRouter): void {
  registerLaws(name, ROUTER_LAWS, create);
}
