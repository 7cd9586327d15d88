import fc from 'fast-check';
import { type ActorContext, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circleOf } from '../../../src/mailbox/turn/deadlock';
import { IDLE_SEAT } from '../../../src/mailbox/state/flags';
import type { MessageRecord } from '../../../src/mailbox/turn/message-record';
import { DONE, HELD, RUNNING } from '../../../src/mailbox/state/record-state';
import type { Turn } from '../../../src/mailbox/turn/turn';
import { ABANDONED, OPEN } from '../../../src/mailbox/state/turn-state';
import { type Seen, setup, watchFor } from '../../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

// As much of the real ones as the question is about.
interface ActorOf {
  readonly id: string;
  readonly flags: number;
  readonly settings: { readonly concurrency: number };
  readonly seats: TurnOf[] | null;
}
interface TurnOf {
  readonly core: ActorOf;
  readonly state: number;
  readonly rest: { readonly asks: Set<AskOf> } | null;
}
interface AskOf {
  readonly core: ActorOf | null;
  readonly state: number;
  readonly turn: TurnOf | null;
}

/** The rule of O6, as one would say it: recursive, and with the path on the way. */
function isStuck(ask: AskOf, path: string[], onTheWay: Set<TurnOf>): boolean {
  const { core } = ask;
  if (core === null || ask.state === DONE) return false;
  const isFull = (core.flags & IDLE_SEAT) === 0 && core.seats !== null && core.seats.length >= core.settings.concurrency;
  const turns = ask.state === RUNNING ? [ask.turn].filter((turn) => turn !== null) : isFull ? (core.seats ?? []) : [];
  if (turns.length === 0) return false;
  path.push(core.id);
  const { length } = path;
  const areAll = turns.every((turn) => {
    path.length = length;
    return isTurnStuck(turn, path, onTheWay);
  });
  if (!areAll) path.length = length - 1;
  return areAll;
}

function isTurnStuck(turn: TurnOf, path: string[], onTheWay: Set<TurnOf>): boolean {
  if (onTheWay.has(turn)) return true;
  if (turn.state !== OPEN || turn.rest === null) return false;
  onTheWay.add(turn);
  const { length } = path;
  const isAny = [...turn.rest.asks].some((ask) => {
    path.length = length;
    return isStuck(ask, path, onTheWay);
  });
  if (!isAny) onTheWay.delete(turn);
  return isAny;
}

function pathOf(turn: TurnOf, ask: AskOf): string[] | undefined {
  const path = [turn.core.id];
  return isStuck(ask, path, new Set([turn])) ? path : undefined;
}

const found = (turn: TurnOf, ask: AskOf): string[] | undefined => circleOf(turn as unknown as Turn, ask as unknown as MessageRecord);

const actors = fc.array(
  fc.record({
    concurrency: fc.integer({ min: 1, max: 2 }),
    isIdle: fc.nat(5).map((n) => n === 0),
    turns: fc.array(fc.record({ isOpen: fc.nat(9), asks: fc.array(fc.record({ to: fc.nat(4), at: fc.nat(1), how: fc.nat(9) }), { maxLength: 3 }) }), { maxLength: 2 }),
  }),
  { minLength: 2, maxLength: 5 },
);

describe('circleOf', () => {
  it('finds the path of a circle where there is one, and none where there is none (O6)', () => {
    let circles = 0;
    fc.assert(
      fc.property(actors, (scripts) => {
        const cores: ActorOf[] = scripts.map(({ concurrency, isIdle, turns }, i) => ({
          id: `actor ${i}`,
          flags: isIdle ? IDLE_SEAT : 0,
          settings: { concurrency },
          seats: turns.length === 0 && i % 2 === 0 ? null : [],
        }));
        for (const [i, { turns }] of scripts.entries()) {
          const core = cores[i] as ActorOf;
          for (const { isOpen } of turns) core.seats?.push({ core, state: isOpen === 0 ? ABANDONED : OPEN, rest: isOpen === 1 ? null : { asks: new Set() } });
        }
        const asks: [TurnOf, AskOf][] = [];
        for (const [i, { turns }] of scripts.entries()) {
          for (const [j, script] of turns.entries()) {
            const parent = cores[i]?.seats?.[j] as TurnOf;
            for (const { to, at, how } of script.asks) {
              const core = how === 0 ? null : (cores[to % cores.length] as ActorOf);
              const turn = how < 5 ? (core?.seats?.[at] ?? null) : null;
              const ask: AskOf = { core, turn, state: how === 1 ? DONE : how < 5 ? RUNNING : HELD };
              parent.rest?.asks.add(ask);
              asks.push([parent, ask]);
            }
          }
        }
        for (const [turn, ask] of asks) {
          const path = pathOf(turn, ask);
          if (path !== undefined) circles++;
          expect(found(turn, ask)).toEqual(path);
        }
      }),
      { seed: 20_26, numRuns: 1_000 },
    );
    expect(circles).toBeGreaterThan(20);
  });

  it('finds none for an ask that is queued where a seat is free', () => {
    const core: ActorOf = { id: 'a', flags: 0, settings: { concurrency: 2 }, seats: [] };
    const turn: TurnOf = { core, state: OPEN, rest: { asks: new Set() } };
    core.seats?.push(turn);
    expect(found(turn, { core, state: HELD, turn: null })).toBeUndefined();
  });

  it('finds none through an ask of nobody, whose refusal is yet to come: an observer is told of it first (O1, O6)', () => {
    const { broker } = setup();
    let open: ActorContext | undefined;
    broker.spawn(a, (_message, context) => {
      open = context;
      return NEVER;
    });
    broker.spawn(b, () => 'fine');
    broker.trySend(a, 0);
    const turn = open as unknown as ActorContext;
    const replies: Seen[] = [];
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent' && event.target === 'nobody') replies.push(watchFor(turn.send(b, 0)));
    });
    expect(watchFor(turn.send(actorId<any>('nobody'), 0)).error).toMatchObject({ code: 'ActorNotFound' });
    expect(replies).toMatchObject([{ values: ['fine'], completed: true }]);
  });

  it('finds none through an ask that is over', () => {
    const core: ActorOf = { id: 'a', flags: 0, settings: { concurrency: 1 }, seats: [] };
    const turn: TurnOf = { core, state: OPEN, rest: { asks: new Set() } };
    core.seats?.push(turn);
    expect(found(turn, { core, state: HELD, turn: null })).toEqual(['a', 'a']);
    expect(found(turn, { core, state: DONE, turn: null })).toBeUndefined();
  });
});
