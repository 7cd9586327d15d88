import EventEmitter from 'eventemitter3';
import { Subject } from 'rxjs';
import { actorId, InMemoryMessageBroker, type ActorId } from 'rx-broker';
import { against } from '../harness/against';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';

const operations = 16_384;
const handlerCount = 16;

/** As many actors as asked for, on 16 handlers in turn, and a bus that does the same another way. */
interface Scene {
  readonly ids: readonly ActorId<number>[];
  /** The order in which they get messages. */
  readonly order: readonly number[];
  /** A tally, and its handlers. Each bus has its own: no call site sees another's functions. */
  handlers(): { readonly tally: Tally; readonly handlerOf: (actor: number) => (message: number) => void };
}

function scene(actors: number, order: readonly number[]): Scene {
  return {
    ids: Array.from({ length: actors }, (_, index) => actorId<number>(`actor-${String(index)}`)),
    order,
    handlers() {
      const tally: Tally = { arrived: 0, sum: 0 };
      const handlers = distinctHandlers(handlerCount, tally);
      return { tally, handlerOf: (actor) => handlers[actor % handlerCount]! };
    },
  };
}

/** 1,000 actors, and messages to 16 of them that have distinct handlers. */
const warm = (): Scene => scene(1000, Array.from({ length: operations }, (_, index) => index % handlerCount));

/** 100,000 actors, and messages to random ones: hardly any is in the processor's cache. */
function cold(): Scene {
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  return scene(100_000, Array.from({ length: operations }, () => random() % 100_000));
}

function trySend({ ids, order, handlers }: Scene, priority?: 'high'): Work {
  const broker = new InMemoryMessageBroker();
  const { tally, handlerOf } = handlers();
  ids.forEach((id, index) => broker.spawn(id, handlerOf(index)));
  const options = priority && { priority };
  return {
    name: options ? `trySend, ${options.priority}` : 'trySend',
    operations,
    // Two loops, since a user writes the call with options or without.
    run: options
      ? () => {
          for (let index = 0; index < operations; index++) broker.trySend(ids[order[index]!]!, index, options);
        }
      : () => {
          for (let index = 0; index < operations; index++) broker.trySend(ids[order[index]!]!, index);
        },
    arrived: () => tally.arrived,
  };
}

function subjects({ ids, order, handlers }: Scene): Work {
  const { tally, handlerOf } = handlers();
  const bus = new Map<string, Subject<number>>();
  ids.forEach((id, index) => {
    const subject = new Subject<number>();
    subject.subscribe(handlerOf(index));
    bus.set(id, subject);
  });
  return {
    name: 'map.get + Subject.next',
    operations,
    run() {
      for (let index = 0; index < operations; index++) bus.get(ids[order[index]!]!)!.next(index);
    },
    arrived: () => tally.arrived,
  };
}

function functions({ ids, order, handlers }: Scene): Work {
  const { tally, handlerOf } = handlers();
  const bus = new Map<string, (message: number) => void>(ids.map((id, index) => [id, handlerOf(index)]));
  return {
    name: 'map.get + direct call',
    operations,
    run() {
      for (let index = 0; index < operations; index++) bus.get(ids[order[index]!]!)!(index);
    },
    arrived: () => tally.arrived,
  };
}

function emitter({ ids, order, handlers }: Scene): Work {
  const { tally, handlerOf } = handlers();
  const bus = new EventEmitter<Record<string, (message: number) => void>>();
  ids.forEach((id, index) => bus.on(id, handlerOf(index)));
  return {
    name: 'eventemitter3.emit',
    operations,
    run() {
      for (let index = 0; index < operations; index++) bus.emit(ids[order[index]!]!, index);
    },
    arrived: () => tally.arrived,
  };
}

export const send: Part = {
  title: 'Fire and forget',
  about: 'trySend to idle actors with 16 distinct synchronous handlers, beside what a hand-made bus of that kind costs.',
  cases: {
    subject: async (bench) => {
      const actors = warm();
      const row = { work: 'trySend, 1,000 actors', budget: 'trySend / map + Subject.next' };
      return [await against(bench, { ...row, ours: trySend(actors), floor: subjects(actors) })];
    },
    direct: async (bench) => {
      const actors = warm();
      const row = { work: 'the same', budget: 'trySend / map + direct call' };
      return [await against(bench, { ...row, ours: trySend(actors), floor: functions(actors) })];
    },
    emitter: async (bench) => {
      const actors = warm();
      const row = { work: 'the same', budget: 'trySend / eventemitter3' };
      return [await against(bench, { ...row, ours: trySend(actors), floor: emitter(actors) })];
    },
    cold: async (bench) => {
      const actors = cold();
      const row = { work: 'trySend, random one of 100,000 actors', budget: 'trySend among 100,000 / map + Subject.next' };
      return [await against(bench, { ...row, ours: trySend(actors), floor: subjects(actors) })];
    },
    priority: async (bench) => {
      const actors = warm();
      const row = { work: 'trySend with priority high', budget: 'priority / normal' };
      return [await against(bench, { ...row, ours: trySend(actors, 'high'), floor: trySend(actors) })];
    },
  },
};
