import { NEVER, Subject, timeout, type Subscription } from 'rxjs';
import { actorId, InMemoryMessageBroker, Mailbox, type ActorId } from 'rx-broker';
import type { Measure } from '../harness/measure';
import type { Part } from '../harness/part';
import { bytesKept } from '../harness/retained';
import { bytesOfEntries } from '../workloads/routing-entries';

const count = 100_000;
const ids: readonly ActorId<number>[] = Array.from({ length: count }, (_, index) => actorId(`actor-${String(index)}`));

/** Each actor has a handler of its own that closes over the data of that actor, as in an application. */
const handlerOf = (index: number): ((message: number) => void) => {
  return (message) => {
    if (message < 0) throw new Error(`actor ${String(index)} got ${String(message)}`);
  };
};

/** Bytes for each of 100,000, beyond an array that holds them. */
function each(make: (index: number) => unknown): number {
  const array = bytesKept(() => new Array<unknown>(count).fill(undefined));
  return (bytesKept(() => ids.map((_, index) => make(index))) - array) / count;
}

function idleActor(): Measure {
  const actor =
    bytesKept(() => {
      const broker = new InMemoryMessageBroker();
      ids.forEach((id, index) => broker.spawn(id, handlerOf(index)));
      if (broker.registeredCount() !== count) throw new Error('Not all are registered.');
      return broker;
    }) / count;
  const subject = each((index) => {
    const source = new Subject<number>();
    source.subscribe(handlerOf(index));
    return source;
  });
  return {
    work: 'idle actor (mailbox, handler, registration)',
    subject: 'rx-broker',
    value: actor,
    unit: 'bytes',
    floor: { name: 'a Subject with one subscriber', value: subject },
    ratio: actor / subject,
    noise: 0.01,
    budget: 'idle actor / Subject with a subscriber',
  };
}

function routingEntry(): Measure {
  const actors = 25_000;
  return {
    work: 'routing entry of a registered actor',
    subject: 'rx-broker',
    value: bytesOfEntries(actors) / actors,
    unit: 'bytes',
    stated: 48,
    budget: 'routing entry, bytes',
  };
}

function queuedMessage(): Measure {
  const queued = 1_000_000;
  const id = actorId<number>('queue');
  const bytes = bytesKept(() => {
    const broker = new InMemoryMessageBroker();
    const mailbox = Mailbox.unbounded<number>();
    broker.register(id, mailbox);
    for (let index = 0; index < queued; index++) broker.trySend(id, index % 1000);
    if (mailbox.size !== queued) throw new Error(`${String(mailbox.size)} of ${String(queued)} are queued.`);
    return broker;
  });
  return { work: 'queued message', subject: 'rx-broker', value: bytes / queued, unit: 'bytes', budget: 'queued message, bytes' };
}

/** An actor that never replies holds every request open. Callers keep their subscriptions. */
function openAsk(): Measure {
  const silent = actorId<number>('silent');
  // One observer for all: an observer of a caller's own costs the same on both sides.
  const observer = { next: () => undefined, error: () => undefined };
  const ask = perCaller(() => {
    const broker = new InMemoryMessageBroker();
    broker.spawn(silent, () => NEVER, { concurrency: count });
    const callers = ids.map((_, index) => broker.send(silent, index).subscribe(observer));
    if (broker.metrics().openRequests !== count) throw new Error('Not all requests are open.');
    return callers;
  });
  const never = perCaller(() => ids.map(() => NEVER.pipe(timeout(5000)).subscribe(observer)));
  return {
    work: 'an open request',
    subject: 'rx-broker',
    value: ask,
    unit: 'bytes',
    floor: { name: 'NEVER.pipe(timeout(5000))', value: never },
    ratio: ask / never,
    noise: 0.01,
    budget: 'open ask / NEVER with timeout',
  };
}

/** Bytes for each caller, whose timers end afterwards. */
const perCaller = (build: () => readonly Subscription[]): number =>
  bytesKept(build, (callers) => callers.forEach((caller) => caller.unsubscribe())) / count;

export const memory: Part = {
  title: 'Memory',
  about: 'Bytes kept after four collections, over 100,000 objects of a kind (a million for messages); entries by the kinds of objects on the heap.',
  cases: {
    entry: () => [routingEntry()],
    actor: () => [idleActor()],
    message: () => [queuedMessage()],
    ask: () => [openAsk()],
  },
};
