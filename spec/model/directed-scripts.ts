import fc from 'fast-check';
import type { Command, MailboxSpec, Plan, Script } from './command';

const priorities = fc.constantFrom('low', 'normal', 'high', 'critical' as const);
const plan: fc.Arbitrary<Plan> = fc.constantFrom<Plan>({ reply: 'value' }, { reply: 'value' }, { reply: 'throw' });
/** Its actor is busy until a later `settle`. */
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
    }),
  },
);
const cancels: fc.Arbitrary<Command> = fc.record({ do: fc.constant('cancel' as const), nth: fc.nat({ max: 40 }) });
const passes: fc.Arbitrary<Command> = fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 8 }) });

/** Much more than one busy actor has room for, some of it taken back, and then it is free: who runs when? (M2, M3) */
function crowd(capacity: fc.Arbitrary<number>, overflow: MailboxSpec['overflow'] | undefined, rest: fc.Arbitrary<Command>, length: number): fc.Arbitrary<Script> {
  return fc
    .record({
      observed: fc.boolean(),
      capacity,
      overflow: overflow === undefined ? fc.constantFrom('fail', 'block', 'drop-oldest', 'drop-newest' as const) : fc.constant(overflow),
      fairness: fc.constantFrom('weighted', 'weighted', 'strict' as const),
      concurrency: fc.constantFrom(1, 1, 2),
      rest: fc.array(rest, { minLength: length, maxLength: 2 * length }),
    })
    .map(({ observed, rest: crowded, ...mailbox }) => {
      const registered: Command = {
        do: 'register',
        actor: 'a',
        mailbox: { ...mailbox, ttl: Infinity, turnTimeout: Infinity, consumed: true, topics: [] },
      };
      const busy = Array.from({ length: mailbox.concurrency }, () => BUSY);
      return { observed, letters: 5, commands: [registered, ...busy, ...crowded, FREE, { ...FREE, nth: 1 } as Command] };
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

/** The hard corners, each reached by every script. */
export const directedScript: fc.Arbitrary<Script> = fc.oneof(flood, fairness, waiting);
