import fc from 'fast-check';
import type { Command, MailboxSpec, Plan, Script } from './command';

const priorities = fc.constantFrom('low', 'normal', 'high', 'critical' as const);
const plan: fc.Arbitrary<Plan> = fc.constantFrom<Plan>({ reply: 'value' }, { reply: 'nothing' }, { reply: 'throw' });
/** Makes the actor busy until a later `settle`. */
const BUSY: Command = { do: 'try-send', actor: 'a', plan: { reply: 'stream' }, priority: 'normal', ttl: Infinity };
const FREE: Command = { do: 'settle', nth: 0, how: 'complete' };

const sends: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('try-send' as const), actor: fc.constant('a' as const), plan, priority: priorities, ttl: fc.constant(Infinity) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      actor: fc.constant('a' as const),
      plan,
      priority: priorities,
      ttl: fc.constantFrom(Infinity, Infinity, 5),
      timeout: fc.constantFrom(Infinity, Infinity, 9),
      take: fc.constant(0),
    }),
  },
);
const offers: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('offer' as const),
  actor: fc.constant('a' as const),
  plan,
  priority: priorities,
  ttl: fc.constantFrom(Infinity, Infinity, 5),
  timeout: fc.constantFrom(Infinity, 3, 9),
  take: fc.constant(0),
  signal: fc.constantFrom(undefined, undefined, 0, 1, 2, 3),
});
const aborts: fc.Arbitrary<Command> = fc.record({ do: fc.constant('abort' as const), nth: fc.nat({ max: 3 }) });
const RESUME: Command = { do: 'resume', actor: 'a' };
const halts: fc.Arbitrary<Command> = fc.constantFrom<Command>({ do: 'pause', actor: 'a' }, RESUME, RESUME, FREE, { do: 'clear-mailbox', actor: 'a' });
const cancels: fc.Arbitrary<Command> = fc.record({ do: fc.constant('cancel' as const), nth: fc.nat({ max: 40 }) });
const passes: fc.Arbitrary<Command> = fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 8 }) });

/** A busy actor gets many more messages than it has room for, some are cancelled, then it is free (M2, M3). */
function crowd(capacity: fc.Arbitrary<number>, overflow: MailboxSpec['overflow'] | undefined, rest: fc.Arbitrary<Command>, length: number): fc.Arbitrary<Script> {
  return fc
    .record({
      capacity,
      overflow: overflow === undefined ? fc.constantFrom('fail', 'block', 'drop-oldest', 'drop-newest' as const) : fc.constant(overflow),
      fairness: fc.constantFrom('weighted', 'weighted', 'strict' as const),
      concurrency: fc.constantFrom(1, 1, 2),
      rest: fc.array(rest, { minLength: length, maxLength: 2 * length }),
    })
    .map(({ rest: crowded, ...mailbox }) => {
      const registered: Command = {
        do: 'register',
        actor: 'a',
        mailbox: { ...mailbox, maxWaiting: mailbox.capacity, ttl: Infinity, turnTimeout: Infinity, consumer: 'handler', start: 'value', topics: [], holds: [] },
      };
      const busy = Array.from({ length: mailbox.concurrency }, () => BUSY);
      return { letters: 5, interceptors: 0, observed: [], meddlers: [], commands: [registered, ...busy, ...crowded, RESUME, FREE, { ...FREE, nth: 1 } as Command] };
    });
}

const flood = crowd(fc.integer({ min: 1, max: 8 }), undefined, fc.oneof({ weight: 8, arbitrary: sends }, { weight: 1, arbitrary: passes }), 20);
const fairness = crowd(fc.integer({ min: 30, max: 60 }), undefined, sends, 40);
const waiting = crowd(
  fc.integer({ min: 1, max: 5 }),
  'block',
  fc.oneof({ weight: 5, arbitrary: sends }, { weight: 2, arbitrary: cancels }, { weight: 2, arbitrary: passes }),
  15,
);

/** Offers wait beside asks, in a mailbox that is paused, resumed and cleared, and seldom closed (M6). */
const halting = crowd(
  fc.integer({ min: 1, max: 4 }),
  'block',
  fc.oneof(
    { weight: 6, arbitrary: sends },
    { weight: 6, arbitrary: offers },
    { weight: 2, arbitrary: cancels },
    { weight: 1, arbitrary: aborts },
    { weight: 3, arbitrary: halts },
    { weight: 2, arbitrary: passes },
    { weight: 1, arbitrary: fc.constantFrom<Command>({ do: 'idle', actor: 'a' }, { do: 'events-of', actors: ['a'] }, { do: 'close-mailbox', actor: 'a' }) },
  ),
  15,
);

/** Two mailboxes become ready at the same time, each with more messages than one visit. They take turns (D4). */
const visits: fc.Arbitrary<Script> = fc.tuple(fc.integer({ min: 60, max: 140 }), fc.integer({ min: 60, max: 140 })).map(([a, b]) => {
  const mailbox = { overflow: 'fail', maxWaiting: 1, concurrency: 1, fairness: 'weighted', ttl: Infinity, turnTimeout: Infinity, start: 'value', topics: [] } as const;
  const held = (length: number): Plan[] => Array.from({ length }, () => ({ reply: 'value' }));
  const first: Plan = { carry: { do: 'consume', actor: 'b' }, reply: 'value' };
  return {
    letters: 0,
    interceptors: 0,
    observed: [],
    meddlers: [],
    commands: [
      { do: 'register', actor: 'b', mailbox: { ...mailbox, capacity: b, consumer: 'none', holds: held(b) } },
      { do: 'register', actor: 'a', mailbox: { ...mailbox, capacity: a, consumer: 'handler', holds: [first, ...held(a - 1)] } },
    ],
  };
});

/** Scripts for the hard cases. Every script of a kind reaches its case. */
export const directedScript: fc.Arbitrary<Script> = fc.oneof(
  { weight: 5, arbitrary: flood },
  { weight: 5, arbitrary: fairness },
  { weight: 5, arbitrary: waiting },
  { weight: 5, arbitrary: halting },
  { weight: 1, arbitrary: visits },
);
