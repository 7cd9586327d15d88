import { actorId, topic, topicState } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from '../broker/setup';

const count = topic<number>('shop.count');
const actor = actorId<number>('actor');

describe('topicState', () => {
  it('publishes and retains its initial value where nothing is', () => {
    const { broker } = setup();
    const all = watchFor(broker.publications$('>'));
    expect(topicState(broker, count, 1).topic).toBe(count);
    expect(broker.retained(count)).toBe(1);
    expect(topicState(broker, count, 2).value).toBe(1);
    expect(all.values).toEqual([{ topic: 'shop.count', message: 1, retained: false }]);
  });

  it('takes what is retained, undefined too', () => {
    const { broker } = setup();
    const user = topic<string | undefined>('user');
    broker.publish(user, undefined, { retain: true });
    const state = topicState(broker, user, 'guest');
    expect([state.value, watchFor(state.value$).values]).toEqual([undefined, [undefined]]);
    broker.clearRetained(user);
    const empty = topicState(broker, user, undefined);
    const seen = watchFor(empty.value$);
    broker.publish(user, 'not kept');
    expect([empty.value, seen.values]).toEqual([undefined, [undefined]]);
  });

  it('has the value that was set, and tells it', () => {
    const { broker } = setup();
    const { value$, ...state } = topicState(broker, count, 0);
    const seen = watchFor(value$);
    state.set(1);
    state.set(1);
    state.update((value) => value + 1);
    expect(seen.values).toEqual([0, 1, 1, 2]);
    expect(watchFor(value$).values).toEqual([2]);
    expect(broker.retained(count)).toBe(2);
  });

  it('has it at once inside a turn, and tells each after the turn, in order (D0)', () => {
    const { broker } = setup();
    const state = topicState(broker, count, 0);
    const seen = watchFor(state.value$);
    const steps: unknown[] = [];
    broker.spawn(actor, (by) => {
      state.update((value) => value + by);
      state.update((value) => value + by);
      steps.push(state.value, [...seen.values], watchFor(state.value$).values);
    });
    broker.trySend(actor, 5);
    expect(steps).toEqual([10, [0], [10]]);
    expect(seen.values).toEqual([0, 5, 10]);
  });

  it('tells all observers one order, whatever one of them sets (D0, D2)', () => {
    const { broker } = setup();
    const state = topicState(broker, count, 0);
    const orders: unknown[][] = [[], [], []];
    broker.topic$('shop.*').subscribe((value) => orders[0]!.push(value));
    state.value$.subscribe((value) => {
      orders[1]!.push(value);
      if (value < 3) state.set(value + 1);
      orders[1]!.push(`is ${state.value}`);
    });
    topicState(broker, count, 9).value$.subscribe((value) => orders[2]!.push(value));
    state.set(0);
    expect(orders).toEqual([
      [0, 1, 2, 3, 0, 1, 2, 3],
      [0, 'is 1', 1, 'is 2', 2, 'is 3', 3, 'is 3', 0, 'is 1', 1, 'is 2', 2, 'is 3', 3, 'is 3'],
      [3, 0, 1, 2, 3],
    ]);
  });

  it('is one state with all others of its topic, and with what publishes on it with retain', () => {
    const { broker } = setup();
    const [one, two] = [topicState(broker, count, 0), topicState(broker, count, 0)];
    const seen = [watchFor(one.value$), watchFor(two.value$)];
    one.set(1);
    two.set(2);
    broker.publish(count, 3, { retain: true });
    expect([one.value, two.value]).toEqual([3, 3]);
    for (const { values } of seen) expect(values).toEqual([0, 1, 2, 3]);
  });

  it('takes no notice of what is published without retain', () => {
    const { broker } = setup();
    const state = topicState(broker, count, 0);
    const seen = watchFor(state.value$);
    const all = watchFor(broker.topic$(count));
    broker.spawn(actor, () => {
      broker.publish(count, 1);
      state.set(2);
      broker.publish(count, 3);
    });
    broker.trySend(actor, 0);
    expect([state.value, seen.values, all.values]).toEqual([2, [0, 2], [0, 1, 2, 3]]);
  });

  it('has its initial value again when the topic is cleared', () => {
    const { broker } = setup();
    const state = topicState(broker, count, 7);
    const early = watchFor(state.value$);
    state.set(1);
    broker.clearRetained(count);
    const late: number[] = [];
    state.value$.subscribe((value) => {
      late.push(value);
      if (value === 7) {
        state.set(8);
        state.set(9);
      }
    });
    expect([broker.retained(count), early.values, late]).toEqual([9, [7, 1, 8, 9], [7, 8, 9]]);
    broker.clearRetained(count);
    expect([state.value, broker.retained(count)]).toEqual([7, undefined]);
  });

  it('does nothing when the broker is closed, also by an observer of what is set', async () => {
    const { broker, letters } = setup();
    const state = topicState(broker, count, 0);
    let closed: Promise<void> | undefined;
    const seen = watchFor(state.value$);
    state.value$.subscribe((value) => {
      if (value === 1) closed = broker.close();
    });
    state.set(1);
    expect(closed).toBeDefined();
    state.set(2);
    await closed;
    state.set(3);
    state.update((value) => value + 1);
    expect(seen).toMatchObject({ values: [0, 1], completed: true });
    expect([state.value, letters]).toEqual([0, []]);
    expect(watchFor(state.value$)).toMatchObject({ values: [], completed: true });
  });

  it('sets nothing where the change throws', () => {
    const { broker } = setup();
    const state = topicState(broker, count, 0);
    const failure = new Error('no');
    expect(() => state.update(() => { throw failure; })).toThrow(failure);
    expect(() => state.update(5 as never)).toThrow(new TypeError('change must be a function, got 5'));
    expect(state.value).toBe(0);
  });

  it('throws at the call for what is no broker, no topic or a pattern, and for one retained topic too many', () => {
    const make = topicState as any;
    const { broker } = setup({ maxRetained: 1 });
    expect(() => make(null, count, 0)).toThrow(new TypeError('broker must have publish(), as a MessageBroker has, got null'));
    expect(() => make({ publish() {}, retained() {} }, count, 0)).toThrow(/broker must have topic\$\(\)/);
    broker.publish('a.b', 0, { retain: true });
    for (const none of ['a.*', '>', '', 5]) expect(() => make(broker, none, 0)).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    expect(() => topicState(broker, count, 0)).toThrow(RangeError);
  });
});

describe('topic$ with an initial value', () => {
  it('tells state only, by a pattern too', () => {
    const { broker } = setup();
    const seen = watchFor(broker.topic$('shop.*', { initial: 'none' }));
    broker.publish('shop.a', 1);
    broker.publish('shop.b', 2, { retain: true });
    expect(seen.values).toEqual(['none', 2]);
    expect(watchFor(broker.topic$('shop.*', { initial: 'none' })).values).toEqual([2]);
    expect(() => broker.topic$('shop.a', { inital: 0 } as never)).toThrow(/unknown option 'inital', did you mean 'initial'\?/);
    expect(() => broker.topic$('shop.a', 5 as never)).toThrow(new TypeError('options must be an object, got 5'));
  });
});
