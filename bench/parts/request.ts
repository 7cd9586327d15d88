import { firstValueFrom, from, Observable, timeout } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { against } from '../harness/against';
import { distinctPromisers, distinctRepliers } from '../harness/handlers';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';

const replierCount = 16;
const indexes = Array.from({ length: replierCount }, (_, index) => index);

/** How a message becomes a stream of its reply. */
type Ask = (actor: number, message: number) => Observable<number>;
type Repliers = readonly ((message: number) => number | Promise<number>)[];

function broker(repliers: Repliers): Ask {
  const actors = new InMemoryMessageBroker();
  const ids = indexes.map((index) => actorId(`actor-${String(index)}`));
  ids.forEach((id, index) => actors.spawn(id, repliers[index]!));
  return (actor, message) => actors.send(ids[actor]!, message) as Observable<number>;
}

/** The floor of a synchronous reply: a cold stream of one value. */
function observable(): Ask {
  const repliers = distinctRepliers(replierCount);
  return (actor, message) => {
    const reply = repliers[actor]!;
    return new Observable<number>((subscriber) => {
      subscriber.next(reply(message));
      subscriber.complete();
    });
  };
}

/** The floor of a reply by a promise: a stream of it, with the timeout that a send has by default. */
function promised(): Ask {
  const repliers = distinctPromisers(replierCount);
  return (actor, message) => from(repliers[actor]!(message)).pipe(timeout(5000));
}

/** Adds replies up. @throws an Error, when the sum is asked for and is not that of the replies that were due. */
class Replies {
  arrived = 0;
  #sum = 0;
  #expected = 0;

  expect(actor: number, message: number): void {
    this.#expected += message + actor;
  }

  readonly add = (reply: number): void => {
    this.arrived++;
    this.#sum += reply;
  };

  check(name: string): number {
    if (this.#sum !== this.#expected) throw new Error(`${name}: the replies add up to ${this.#sum}, not to ${this.#expected}.`);
    return this.arrived;
  }
}

function subscribed(name: string, ask: Ask): Work {
  const operations = 4096;
  const replies = new Replies();
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        const actor = index % replierCount;
        replies.expect(actor, index);
        ask(actor, index).subscribe(replies.add);
      }
    },
    arrived: () => replies.check(name),
  };
}

function awaited(name: string, ask: Ask): Work {
  const operations = 1024;
  const replies = new Replies();
  return {
    name,
    operations,
    async run() {
      for (let index = 0; index < operations; index++) {
        const actor = index % replierCount;
        replies.expect(actor, index);
        replies.add(await firstValueFrom(ask(actor, index)));
      }
    },
    arrived: () => replies.check(name),
  };
}

/** 1,000 requests are open at once. */
function awaitedAtOnce(name: string, ask: Ask): Work {
  const operations = 1000;
  const replies = new Replies();
  return {
    name,
    operations,
    async run() {
      const promises: Promise<number>[] = [];
      for (let index = 0; index < operations; index++) {
        const actor = index % replierCount;
        replies.expect(actor, index);
        promises.push(firstValueFrom(ask(actor, index)));
      }
      for (const reply of await Promise.all(promises)) replies.add(reply);
    },
    arrived: () => replies.check(name),
  };
}

export const request: Part = {
  title: 'Request and reply',
  about: 'A handler answers, one of 16 actors in turn; the floor is a cold Observable that does the same without a broker.',
  cases: {
    subscribe: async (bench) => {
      const row = { work: 'send().subscribe()', budget: 'send / Observable' };
      const ours = subscribed('send', broker(distinctRepliers(replierCount)));
      return [await against(bench, { ...row, ours, floor: subscribed('new Observable', observable()) })];
    },
    await: async (bench) => {
      const row = { work: 'await firstValueFrom(send())', budget: 'firstValueFrom(send) / firstValueFrom(Observable)' };
      const ours = awaited('send', broker(distinctRepliers(replierCount)));
      return [await against(bench, { ...row, ours, floor: awaited('new Observable', observable()) })];
    },
    promise: async (bench) => {
      const row = { work: 'the same, reply by a promise', budget: 'firstValueFrom(send), promise / from(promise) with timeout' };
      const ours = awaited('send', broker(distinctPromisers(replierCount)));
      return [await against(bench, { ...row, ours, floor: awaited('from(promise), timeout', promised()) })];
    },
    atOnce: async (bench) => {
      const row = { work: 'the same, 1,000 at once', budget: 'firstValueFrom(send), promise, 1,000 at once / from(promise) with timeout' };
      const ours = awaitedAtOnce('send', broker(distinctPromisers(replierCount)));
      return [await against(bench, { ...row, ours, floor: awaitedAtOnce('from(promise), timeout', promised()) })];
    },
  },
};
