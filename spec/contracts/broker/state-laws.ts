import { type MessageBroker, type TopicState, actorId, topic, topicState } from 'rx-broker';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const count = topic<number>('state.count');
const stateAt = (broker: MessageBroker, initial: number): TopicState<number> => topicState(broker, count, initial);

/** The laws of topics as state: `topic$` with an initial value, and `topicState`. */
export const STATE_LAWS: readonly BrokerLaw[] = [
  brokerLaw('topic$ with an initial value tells it at once where nothing is retained, and from then on only what is retained (T4)', async ({ home, broker, settle }) => {
    const early = watchFor(broker.topic$(count, { initial: 0 }));
    expect(early.values).toEqual([0]);
    home.publish(count, 1);
    home.publish(count, 2, { retain: true });
    await settle();
    expect(early.values).toEqual([0, 2]);
    expect(watchFor(broker.topic$(count, { initial: 0 })).values).toEqual([2]);
    home.clearRetained(count);
    await settle();
    expect(watchFor(broker.topic$(count, { initial: 0 })).values).toEqual([0]);
  }),
  brokerLaw('topicState retains its initial value where nothing is, and takes what is there (T4)', async ({ home, broker, settle }) => {
    const first = stateAt(home, 1);
    await settle();
    const second = stateAt(broker, 2);
    await settle();
    expect([first.value, second.value, home.retained(count), broker.retained(count)]).toEqual([1, 1, 1, 1]);
    expect(watchFor(second.value$).values).toEqual([1]);
  }),
  brokerLaw('the value of a topicState is right at once after set, in a turn too, and value$ tells each set in order (T4, D0)', async ({ home, settle }) => {
    const state = stateAt(home, 0);
    const seen = watchFor(state.value$);
    const inTurn: unknown[] = [];
    const id = actorId<any>('actor');
    home.spawn(id, () => {
      state.set(2);
      state.update((value) => value + 1);
      inTurn.push(state.value);
    });
    await settle();
    state.set(1);
    expect(state.value).toBe(1);
    home.trySend(id, 'go');
    await settle();
    expect([inTurn, state.value, seen.values]).toEqual([[3], 3, [0, 1, 2, 3]]);
  }),
  brokerLaw('all states of a topic agree, whoever sets it, and follow what is published with retain and nothing else (T4)', async ({ home, broker, settle }) => {
    const [mine, theirs] = [stateAt(home, 0), stateAt(broker, 0)];
    await settle();
    const seen = [watchFor(mine.value$), watchFor(theirs.value$)];
    theirs.set(1);
    await settle();
    mine.update((value) => value + 1);
    await settle();
    home.publish(count, 3, { retain: true });
    await settle();
    broker.publish(count, 4);
    await settle();
    expect([mine.value, theirs.value]).toEqual([3, 3]);
    expect(seen.map(({ values }) => values)).toEqual([[0, 1, 2, 3], [0, 1, 2, 3]]);
  }),
  brokerLaw('after clearRetained the value of a topicState is the initial one, and after close set does nothing (T4, §7)', async ({ home, until, settle, letters }) => {
    const state = stateAt(home, 7);
    state.set(8);
    home.clearRetained(count);
    await settle();
    expect([state.value, home.retained(count)]).toEqual([7, undefined]);
    const seen = watchFor(state.value$);
    expect(seen.values).toEqual([7]);
    await until(home.close());
    state.set(9);
    await settle();
    expect([state.value, seen.values, seen.completed, letters]).toEqual([7, [7], true, []]);
  }),
];
