import fc from 'fast-check';
import type { ActorName, Command, MailboxSpec, Plan, Reply, Script } from './command';
import { REQUEST_TIMEOUT } from './command';

const actors = fc.constantFrom<ActorName>('a', 'b', 'c');
const targets = fc.oneof({ weight: 12, arbitrary: actors }, { weight: 1, arbitrary: fc.constant<ActorName>('nobody') });
const priorities = fc.constantFrom('low', 'normal', 'normal', 'normal', 'high', 'critical' as const);
const overflows = fc.constantFrom('fail', 'block', 'drop-oldest', 'drop-newest' as const);
const topics = fc.constantFrom('t.x', 't.y', 'u');
const patterns = fc.constantFrom('t.x', 't.*', '>', 'u', '*.y', 't.>');
const nth = fc.nat({ max: 40 });
const to = fc.constantFrom('abc', 'abc', 'ab', 'c', 'none');
/**
 * Timeouts of what is asked from outside are whole milliseconds, those from inside never, and at each depth others: which of two that
 * are over at the same time comes first is not said, and they never are.
 */
const outer = fc.constantFrom(REQUEST_TIMEOUT, REQUEST_TIMEOUT, 3, 8, 21, Infinity);
const inner = (depth: number): fc.Arbitrary<number> => fc.constantFrom(3, 8, 21, Infinity).map((whole) => whole + 2 ** -(10 + depth));
const ttls = fc.constantFrom(Infinity, Infinity, Infinity, 4, 15);

const mailboxes: fc.Arbitrary<MailboxSpec> = fc.record({
  capacity: fc.integer({ min: 1, max: 3 }),
  overflow: overflows,
  concurrency: fc.constantFrom(1, 1, 2),
  fairness: fc.constantFrom('weighted', 'weighted', 'strict'),
  ttl: fc.constantFrom(Infinity, Infinity, Infinity, 11),
  turnTimeout: fc.constantFrom(Infinity, Infinity, 17 + 2 ** -5),
  consumed: fc.constantFrom(true, true, true, false),
  topics: fc.constantFrom([], ['t.x'], ['t.*'], ['>', 't.x']),
});

/** Command, by how deep it is carried: what a carried one carries is less and less. */
function plans(depth: number): fc.Arbitrary<Plan> {
  const replies: fc.Arbitrary<Reply> = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('value', 'value', 'stream', 'stream', 'promise', 'values', 'throw') },
    ...(depth > 0 ? [{ weight: 1, arbitrary: fc.record({ ask: targets, plan: plans(depth - 1) }) }] : []),
  );
  if (depth === 0) return fc.record({ reply: replies });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ reply: replies }) },
    { weight: 1, arbitrary: fc.record({ carry: commands(depth - 1, inner(depth - 1)), reply: replies }) },
  );
}

/** What may happen inside of a handler or of a caller, too. */
function commands(depth: number, timeouts: fc.Arbitrary<number>): fc.Arbitrary<Command> {
  const plan = plans(depth);
  const sends = { actor: targets, plan, priority: priorities, ttl: ttls };
  const send = fc.record({ do: fc.constant('send' as const), ...sends, timeout: timeouts });
  const then = depth === 0 ? send : fc.record({ do: fc.constant('send' as const), ...sends, timeout: timeouts, then: commands(depth - 1, inner(depth - 1)) });
  const order = fc.constantFrom('registered', 'settled');
  return fc.oneof(
    { weight: 10, arbitrary: fc.oneof({ weight: 4, arbitrary: send }, { weight: 1, arbitrary: then }) },
    { weight: 10, arbitrary: fc.record({ do: fc.constant('try-send' as const), ...sends }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('settle' as const), nth, how: fc.constantFrom('value', 'value', 'complete', 'error') }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('cancel' as const), nth }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('route' as const), topic: topics, plan, timeout: timeouts }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('broadcast' as const), plan, to, order, timeout: timeouts }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('try-broadcast' as const), plan, to }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), topic: topics, plan, retain: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('unregister', 'leave', 'consume', 'consume', 'close-mailbox', 'watch'), actor: targets }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('register' as const), actor: actors, mailbox: mailboxes }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('bind' as const), pattern: patterns, actor: targets }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('unbind' as const), nth }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('observe' as const), pattern: patterns }) },
  );
}

const top: fc.Arbitrary<Command> = fc.oneof(
  { weight: 30, arbitrary: commands(2, outer) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('redeliver' as const), asked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constantFrom<Command>({ do: 'clear' }, { do: 'close', drain: true, timeout: 37.7 }, { do: 'close', drain: false, timeout: 0 }) },
);

/** What whoever is told of something may do. */
export const deeds: fc.Arbitrary<Command> = commands(1, outer);

/** Anything, after two or three actors were registered. */
export const anyScript: fc.Arbitrary<Script> = fc
  .record({
    observed: fc.boolean(),
    letters: fc.constantFrom(2, 5, 100),
    actors: fc.tuple(mailboxes, mailboxes, fc.option(mailboxes)),
    rest: fc.array(top, { minLength: 1, maxLength: 30 }),
  })
  .map(({ observed, letters, actors: [a, b, c], rest }) => {
    const registered: Command[] = [
      { do: 'register', actor: 'a', mailbox: a },
      { do: 'register', actor: 'b', mailbox: b },
    ];
    if (c !== null) registered.push({ do: 'register', actor: 'c', mailbox: c });
    return { observed, letters, commands: [...registered, ...rest] };
  });
