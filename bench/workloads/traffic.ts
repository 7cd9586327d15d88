import { Subject } from 'rxjs';
import { actorId, type ActorId } from 'rx-broker';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Work } from '../harness/work';
import { operations } from './sending';

const handlerCount = 16;

/** Actors with 16 handlers in turn, and the order in which they receive messages. Each bus that carries it is built from the same one. */
export interface Traffic {
  readonly ids: readonly ActorId<number>[];
  /** The index of the receiver of each message. */
  readonly order: readonly number[];
}

/** A tally and its handlers. Every bus makes its own, so that no call site sees the functions of another bus. */
export function handlers(): { readonly tally: Tally; readonly handlerOf: (actor: number) => (message: number) => void } {
  const tally: Tally = { arrived: 0, sum: 0 };
  const distinct = distinctHandlers(handlerCount, tally);
  return { tally, handlerOf: (actor) => distinct[actor % handlerCount]! };
}

/** 1,000 actors, and messages to 16 of them in turn. */
export const warm = (): Traffic => trafficOf(1000, (index) => index % handlerCount);

/** 100,000 actors, and messages to random ones: the processor's cache holds hardly any of them. */
export function cold(): Traffic {
  let state = 1;
  return trafficOf(100_000, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % 100_000);
}

function trafficOf(actors: number, receiverOf: (index: number) => number): Traffic {
  return {
    ids: Array.from({ length: actors }, (_, index) => actorId<number>(`actor-${String(index)}`)),
    order: Array.from({ length: operations }, (_, index) => receiverOf(index)),
  };
}

/** The floor of most rows: a Map of Subjects, each with one subscriber. */
export function subjects({ ids, order }: Traffic): Work {
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
