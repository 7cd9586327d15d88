import { Subject } from 'rxjs';
import { actorId, InMemoryMessageBroker, Mailbox, type ActorId } from 'rx-broker';
import type { Measure } from '../harness/measure';
import type { Part } from '../harness/part';
import { bytesKept } from '../harness/retained';

const count = 100_000;
const ids: readonly ActorId<number>[] = Array.from({ length: count }, (_, index) => actorId(`actor-${String(index)}`));

/** Each actor has a handler of its own, as it has in an application: it closes over what belongs to that actor. */
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

/**
 * Actors that are registered beside the same actors after they were unregistered, both with their mailboxes held: what is left is
 * what the broker keeps to find them.
 */
function routingEntry(): Measure {
  const held = (stay: boolean): number =>
    bytesKept(() => {
      const broker = new InMemoryMessageBroker();
      const mailboxes = ids.map((id) => {
        const mailbox = Mailbox.unbounded<number>();
        broker.register(id, mailbox);
        return mailbox;
      });
      if (!stay) for (const id of ids) broker.unregister(id);
      if (broker.registeredCount() !== (stay ? count : 0)) throw new Error('The registry does not hold what it was given.');
      return [mailboxes, broker];
    });
  return {
    work: 'routing entry of a registered actor',
    subject: 'rx-broker',
    value: (held(true) - held(false)) / count,
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

export const memory: Part = {
  title: 'Memory',
  about: 'Bytes kept after four collections, over 100,000 objects of a kind (a million for messages).',
  cases: {
    entry: () => [routingEntry()],
    actor: () => [idleActor()],
    message: () => [queuedMessage()],
  },
};
