import { type ActorId, type Router, actorId, roundRobin } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../law';
import { ROUTER_LAWS } from '../router-laws';
import { lawsFindFlaws } from './flaw';

const routing = (create: () => Router['route']) => (): Router => ({ route: create() });

/** Goes round the targets. `where` keeps the position. */
const roundBy =
  (where: { at: number }): Router['route'] =>
  (_key, targets) =>
    targets[where.at++ % targets.length]!.id;

const shared = { at: 0 };

describe('the router laws', () => {
  it('find nothing in a router that keeps them', async () => {
    expect(await brokenLaws(ROUTER_LAWS, roundRobin)).toEqual([]);
  });

  const flaws: [flaw: string, law: string, create: () => Router][] = [
    ['picks nobody', 'picks the only one', routing(() => () => undefined as never)],
    ['picks a stranger', 'picks one of the targets', routing(() => () => actorId('stranger'))],
    ['always picks the first', 'reaches every target (T2)', routing(() => (_key, targets) => targets[0]!.id)],
    ['sorts what it is given', 'changes nothing', routing(() => (_key, targets) => (targets as unknown as { id: ActorId }[]).reverse()[0]!.id)],
    [
      'never picks the last of several',
      'reaches every target (T2)',
      routing(() => (_key, targets, message) => targets[String(message).length % Math.max(1, targets.length - 1)]!.id),
    ],
    [
      'remembers the targets of its first call',
      'of this call',
      routing(() => {
        let known: readonly { id: ActorId }[] | undefined;
        return (_key, targets) => (known ??= [...targets])[0]!.id;
      }),
    ],
    [
      'remembers its last pick for good',
      'come and go',
      routing(() => {
        let last: ActorId | undefined;
        return (_key, targets) => (last ??= targets[0]!.id);
      }),
    ],
    [
      'counts by names of an object',
      'what every object has',
      routing(() => {
        const counts: Record<string, number> = {};
        return (_key, targets) => {
          const least = targets.reduce((a, b) => ((counts[b.id] ?? 0) < (counts[a.id] ?? 0) ? b : a));
          counts[least.id] = (counts[least.id] ?? 0) + 1;
          return least.id;
        };
      }),
    ],
    ['shares its position with all others', 'shares nothing', routing(() => roundBy(shared))],
    ['keeps one position for all topics', 'two topics that alternate', routing(() => roundBy({ at: 0 }))],
  ];
  lawsFindFlaws(ROUTER_LAWS, flaws.map(([flaw, law, create]) => ({ flaw, breaks: [law], subject: create })));
});
