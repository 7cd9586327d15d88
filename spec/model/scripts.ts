import fc from 'fast-check';
import { type ActorName, type Command, type MailboxSpec, type Meddler, OBSERVED, type Plan, REQUEST_TIMEOUT, type Reply, type Script } from './command';

const actors = fc.constantFrom<ActorName>('a', 'b', 'c');
const targets = fc.oneof({ weight: 12, arbitrary: actors }, { weight: 1, arbitrary: fc.constant<ActorName>('nobody') });
const priorities = fc.constantFrom('low', 'normal', 'normal', 'normal', 'high', 'critical' as const);
const usual = fc.constantFrom('normal', 'normal', 'normal', 'normal', 'high', 'low' as const);
const topics = fc.constantFrom('t.x', 't.y', 'u');
const patterns = fc.constantFrom('t.x', 't.*', '>', 'u', '*.y', 't.>');
const nth = fc.nat({ max: 40 });
const to = fc.constantFrom('abc', 'abc', 'ab', 'c', 'none');
const take = fc.constantFrom(0, 0, 0, 1, 2);
const signal = fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 0, 1, 2, 3);
const ttls = fc.constantFrom(Infinity, Infinity, Infinity, 4, 15);
/**
 * Asks from outside have timeouts of whole milliseconds. Asks from inside have a fraction that differs at each depth. So no two timeouts are
 * over at the same time: no rule says which of them would come first.
 */
const outer = fc.constantFrom(REQUEST_TIMEOUT, REQUEST_TIMEOUT, 3, 8, 21, Infinity);
const inner = (depth: number): fc.Arbitrary<number> => fc.constantFrom(3, 8, 21, Infinity).map((whole) => whole + 2 ** -(10 + depth));

type Named<Name extends Command['do']> = Extract<Command, { readonly do: Name }>;
type Fields<Name extends Command['do']> = { readonly [K in Exclude<keyof Named<Name>, 'do'>]: fc.Arbitrary<Named<Name>[K]> };

/** Commands of one name. */
function command<Name extends Command['do']>(name: Name, fields: Fields<Name>): fc.Arbitrary<Command> {
  return fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Command>;
}

/** The number of an interceptor, seldom. */
const interceptor = fc.constantFrom(...Array.from({ length: 12 }, () => undefined), 1, 2);

/** Plans that may carry commands with plans of their own, `depth` levels deep. */
function plans(depth: number): fc.Arbitrary<Plan> {
  const replies: fc.Arbitrary<Reply> = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('value', 'nothing', 'stream', 'stream', 'promise', 'values', 'throw') },
    ...(depth > 0 ? [{ weight: 1, arbitrary: fc.record({ ask: targets, plan: plans(depth - 1) }) }] : []),
  );
  const intercepted = { refusedBy: interceptor, answeredBy: interceptor };
  if (depth === 0) return fc.record({ reply: replies, ...intercepted });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ reply: replies, ...intercepted }) },
    { weight: 1, arbitrary: fc.record({ carry: deeds(depth - 1, inner(depth - 1)), reply: replies, ...intercepted }) },
  );
}

function mailboxes(depth: number): fc.Arbitrary<MailboxSpec> {
  return fc.record({
    capacity: fc.integer({ min: 1, max: 3 }),
    overflow: fc.constantFrom('fail', 'block', 'drop-oldest', 'drop-newest' as const),
    maxWaiting: fc.integer({ min: 1, max: 3 }),
    concurrency: fc.constantFrom(1, 1, 2),
    fairness: fc.constantFrom('weighted', 'weighted', 'strict'),
    ttl: fc.constantFrom(Infinity, Infinity, Infinity, 11),
    turnTimeout: fc.constantFrom(Infinity, Infinity, 17 + 2 ** -5),
    consumer: fc.constantFrom('handler', 'handler', 'actor', 'none'),
    start: fc.constantFrom('value', 'value', 'promise', 'throw'),
    topics: fc.constantFrom([], ['t.x'], ['t.*'], ['>', 't.x']),
    holds: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(plans(depth), { maxLength: 3 }) }),
  });
}

/** Commands that handlers, observers and callers may play, as well as the script itself. */
function deeds(depth: number, timeout: fc.Arbitrary<number>): fc.Arbitrary<Command> {
  const plan = plans(depth);
  const send = { actor: targets, plan, priority: priorities, ttl: ttls };
  return fc.oneof(
    { weight: 10, arbitrary: command('send', { ...send, timeout, take, signal }) },
    { weight: 6, arbitrary: command('offer', { ...send, timeout, take, signal }) },
    { weight: 10, arbitrary: command('try-send', send) },
    { weight: 8, arbitrary: command('settle', { nth, how: fc.constantFrom('value', 'value', 'complete', 'error') }) },
    { weight: 4, arbitrary: command('cancel', { nth }) },
    { weight: 1, arbitrary: command('abort', { nth }) },
    { weight: 2, arbitrary: command('route', { topic: topics, plan, priority: priorities, ttl: ttls, timeout, take, signal }) },
    { weight: 3, arbitrary: command('broadcast', { plan, to, order: fc.constantFrom('registered', 'settled'), priority: usual, ttl: ttls, timeout, take, signal }) },
    { weight: 3, arbitrary: command('try-broadcast', { plan, to }) },
    { weight: 4, arbitrary: command('publish', { topic: topics, plan, priority: usual, retain: fc.boolean() }) },
    { weight: 2, arbitrary: command('turn-send', { nth: fc.constantFrom(0, 0, 1, 2), actor: targets, plan, timeout: inner(depth).map((ms) => ms + 2 ** -20), take, signal }) },
    { weight: 1, arbitrary: command('turn-try-send', { nth: fc.constantFrom(0, 0, 1, 2), actor: targets, plan }) },
    { weight: 1, arbitrary: command('next', { actor: actors, plan }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('unregister', 'leave', 'consume', 'consume', 'close-mailbox', 'close-mailbox', 'watch', 'follow'), actor: targets }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'resume', 'clear-mailbox', 'idle'), actor: actors }) },
    { weight: 1, arbitrary: command('events-of', { actors: fc.subarray<ActorName>(['a', 'b', 'c', 'nobody'], { minLength: 1 }) }) },
    { weight: 2, arbitrary: command('register', { actor: actors, mailbox: mailboxes(Math.max(0, depth - 1)) }) },
    { weight: 1, arbitrary: command('revive', { actor: actors, nth }) },
    { weight: 1, arbitrary: command('bind', { pattern: patterns, actor: targets }) },
    { weight: 1, arbitrary: command('unbind', { nth }) },
    { weight: 1, arbitrary: command('unobserve', { nth }) },
    { weight: 3, arbitrary: command('observe', { pattern: patterns }) },
    { weight: 1, arbitrary: command('look', {}) },
  );
}

const top: fc.Arbitrary<Command> = fc.oneof(
  { weight: 30, arbitrary: deeds(2, outer) },
  { weight: 4, arbitrary: command('pass', { ms: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 1, arbitrary: command('redeliver', { asked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constantFrom<Command>({ do: 'clear' }, { do: 'close', drain: true, timeout: 37.7 }, { do: 'close', drain: false, timeout: 0 }) },
);

const often = fc.constantFrom('letter', 'queue', 'loss', 'pressure', 'idle', 'idle', 'broadcast', 'caller', 'caller', 'caller');
const seldom = fc.constantFrom('send', 'handle', 'topic', 'watch', 'start', 'stop', 'abort', 'teardown', 'error', 'some sent', 'some queued', 'some delivered', 'some settled', 'some failed', 'some dead-lettered');
const events = fc.constantFrom('sent', 'sent', 'failed', 'failed', 'queued', 'delivered', 'settled', 'registered', 'unregistered', 'dead-lettered', 'closed');
const meddling: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: deeds(1, inner(2)) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unregister' as const), actor: actors }) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'look' }) },
  // Handlers do not redeliver, since one that fails each time would go on for ever.
  { weight: 1, arbitrary: command('redeliver', { asked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), drain: fc.boolean(), timeout: fc.constant(5.3) }) },
);

const told = fc.oneof(
  { weight: 3, arbitrary: fc.record({ on: often, nth: fc.nat({ max: 6 }), deed: meddling }) },
  { weight: 2, arbitrary: fc.record({ on: seldom, nth: fc.nat({ max: 1 }), deed: meddling }) },
);
const observing = fc.record({ on: events.map((kind) => `event ${kind}`), nth: fc.nat({ max: 6 }), deed: meddling });

/** Observers and callers that play a command when they are told something. */
const meddlers: fc.Arbitrary<readonly Meddler[]> = fc.oneof(
  fc.constant([]),
  fc.array(told, { minLength: 1, maxLength: 6 }),
  fc.array(fc.oneof(told, observing), { minLength: 1, maxLength: 6 }),
);

/** Any commands, after two or three actors were registered. */
export const anyScript: fc.Arbitrary<Script> = fc
  .record({
    letters: fc.constantFrom(0, 2, 5, 100),
    interceptors: fc.constantFrom(0, 0, 0, 0, 1, 2),
    observed: fc.subarray([...OBSERVED]),
    meddlers,
    actors: fc.tuple(mailboxes(1), mailboxes(1), fc.option(mailboxes(1))),
    rest: fc.array(top, { minLength: 1, maxLength: 30 }),
  })
  .map(({ letters, interceptors, observed, meddlers: meddle, actors: [a, b, c], rest }) => {
    const registered: Command[] = [
      { do: 'register', actor: 'a', mailbox: a },
      { do: 'register', actor: 'b', mailbox: b },
    ];
    if (c !== null) registered.push({ do: 'register', actor: 'c', mailbox: c });
    return { letters, interceptors, observed, meddlers: meddle, commands: [...registered, ...rest] };
  });
