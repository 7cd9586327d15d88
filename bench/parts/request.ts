import { firstValueFrom, Observable } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { against } from '../harness/against';
import { distinctRepliers } from '../harness/handlers';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';

const replierCount = 16;
const indexes = Array.from({ length: replierCount }, (_, index) => index);

/** How a message becomes a stream of its reply. */
type Ask = (actor: number, message: number) => Observable<number>;

function broker(): Ask {
  const actors = new InMemoryMessageBroker();
  const repliers = distinctRepliers(replierCount);
  const ids = indexes.map((index) => actorId(`actor-${String(index)}`));
  ids.forEach((id, index) => actors.spawn(id, repliers[index]!));
  return (actor, message) => actors.send(ids[actor]!, message) as Observable<number>;
}

/** The least that a cold stream of one value costs in RxJS. */
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

function subscribed(name: string, ask: Ask): Work {
  const operations = 4096;
  let arrived = 0;
  let expected = 0;
  let sum = 0;
  const onReply = (reply: number): void => {
    arrived++;
    sum += reply;
  };
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        const actor = index % replierCount;
        expected += index + actor;
        ask(actor, index).subscribe(onReply);
      }
    },
    arrived: () => checkSum(name, sum, expected, arrived),
  };
}

function awaited(name: string, ask: Ask): Work {
  const operations = 1024;
  let arrived = 0;
  let expected = 0;
  let sum = 0;
  return {
    name,
    operations,
    async run() {
      for (let index = 0; index < operations; index++) {
        const actor = index % replierCount;
        expected += index + actor;
        sum += await firstValueFrom(ask(actor, index));
        arrived++;
      }
    },
    arrived: () => checkSum(name, sum, expected, arrived),
  };
}

function checkSum(name: string, sum: number, expected: number, arrived: number): number {
  if (sum !== expected) throw new Error(`${name}: the replies add up to ${String(sum)}, not to ${String(expected)}.`);
  return arrived;
}

export const request: Part = {
  title: 'Request and reply',
  about: 'A synchronous handler answers one of 16 actors in turn; the floor is a cold Observable that does the same without a broker.',
  cases: {
    subscribe: async (bench) => {
      const row = { work: 'send().subscribe()', budget: 'send / Observable' };
      return [
        await against(bench, { ...row, ours: subscribed('send', broker()), floor: subscribed('new Observable', observable()) }),
      ];
    },
    await: async (bench) => {
      const row = { work: 'await firstValueFrom(send())', budget: 'firstValueFrom(send) / firstValueFrom(Observable)' };
      return [await against(bench, { ...row, ours: awaited('send', broker()), floor: awaited('new Observable', observable()) })];
    },
  },
};
