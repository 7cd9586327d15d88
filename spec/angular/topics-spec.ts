import { Component, EnvironmentInjector, type Signal, type WritableSignal, computed, createEnvironmentInjector, effect, isSignal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { actorId, topic, topicPattern, topicState } from 'rx-broker';
import { injectState, injectTopic } from 'rx-broker/angular';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { application, inContext } from './setup';

const cart = topic<{ items: number }>('shop.cart');
const count = topic<number>('count');
const id = actorId<any>('actor');

describe('injectTopic', () => {
  it('has the initial value, then each message, until its injector is destroyed', () => {
    const { broker } = application();
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const value = injectTopic(count, { initialValue: 0, injector });
    const seen = [value()];
    broker.publish(count, 1);
    seen.push(value());
    injector.destroy();
    broker.publish(count, 2);
    expect([...seen, value()]).toEqual([0, 1, 1]);
  });

  it('begins with the retained message', () => {
    const { broker } = application();
    broker.publish(count, 5, { retain: true });
    expect(inContext(() => injectTopic(count, { requireSync: true }))()).toBe(5);
    expect(inContext(() => injectTopic(count, { initialValue: undefined }))()).toBe(5);
    expect(() => inContext(() => injectTopic(cart, { requireSync: true }))).toThrow('NG0601');
  });

  it('takes patterns, and an equality', () => {
    const { broker } = application();
    const last = inContext(() => injectTopic(topicPattern<{ items: number }>('shop.*'), { initialValue: null, equal: (a, b) => a?.items === b?.items }));
    const first = { items: 1 };
    broker.publish(cart, first);
    broker.publish(cart, { items: 1 });
    expect(last()).toBe(first);
  });

  it('keeps its last value when the broker closes', async () => {
    const { broker } = application();
    const value = inContext(() => injectTopic(count, { initialValue: 0 }));
    broker.publish(count, 1);
    await broker.close();
    expect(value()).toBe(1);
  });
});

describe('injectState', () => {
  it('is a signal that publishes what is set, and follows what others set', () => {
    const { broker } = application();
    const [a, b] = inContext(() => [injectState(cart, { items: 0 }), injectState(cart, { items: 9 })]);
    const other = topicState(broker, cart, { items: 9 });
    expect([a(), b(), other.value]).toEqual(Array(3).fill({ items: 0 }));
    a.set({ items: 1 });
    expect([a(), b(), other.value]).toEqual(Array(3).fill({ items: 1 }));
    b.update(({ items }) => ({ items: items + 1 }));
    expect([a(), b(), other.value]).toEqual(Array(3).fill({ items: 2 }));
    broker.publish(cart, { items: 3 }, { retain: true });
    broker.publish(cart, { items: 99 });
    expect([a(), b(), other.value]).toEqual(Array(3).fill({ items: 3 }));
    expect(isSignal(a)).toBe(true);
    expect(computed(() => a.asReadonly()().items)()).toBe(3);
  });

  it('has the value that a handler set as soon as set returns, and never an older one', () => {
    const { broker } = application();
    const state = inContext(() => injectState(count, 0));
    const seen: unknown[] = [];
    broker.topic$(count).subscribe((told) => seen.push(`told ${told}: ${state()}`));
    broker.spawn(id, () => {
      for (const value of [1, 2]) {
        state.set(value);
        seen.push(state());
      }
    });
    broker.trySend(id, 0);
    expect(seen).toEqual(['told 0: 0', 1, 2, 'told 1: 2', 'told 2: 2']);
  });

  it('may be set and updated in an effect: it does not become a dependency', () => {
    const { tick } = application();
    const state = inContext(() => injectState(count, 0));
    let runs = 0;
    inContext(() => effect(() => {
      if (++runs < 3) state.update((value) => value + 1);
    }));
    tick();
    expect([runs, state()]).toEqual([1, 1]);
  });

  it('keeps its value when the broker closes, and set does nothing then', async () => {
    const { broker } = application();
    const state = inContext(() => injectState(count, 1));
    state.set(5);
    await broker.close();
    state.set(7);
    state.update((value) => value + 1);
    expect(state()).toBe(5);
  });

  it('follows the topic as long as its injector lives', () => {
    const { broker } = application();
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const state = injectState(count, 0, { injector });
    injector.destroy();
    broker.publish(count, 1, { retain: true });
    expect(state()).toBe(0);
  });

  it('shows in a template, of zoneless components too', async () => {
    const { broker } = application();
    @Component({ selector: 'cart-badge', template: '{{ cart().items }}' })
    class Badge {
      readonly cart = injectState(cart, { items: 0 });
    }
    const fixture = TestBed.createComponent(Badge);
    await fixture.whenStable();
    const text = (): string => (fixture.nativeElement as HTMLElement).textContent;
    expect(text()).toBe('0');
    broker.publish(cart, { items: 2 }, { retain: true });
    await fixture.whenStable();
    expect(text()).toBe('2');
  });
});

// What must compile, and what must not. It is never run.
function types(): void {
  expectTypeOf(injectTopic(cart, { initialValue: { items: 0 } })).toEqualTypeOf<Signal<{ items: number }>>();
  expectTypeOf(injectTopic(cart, { initialValue: undefined })).toEqualTypeOf<Signal<{ items: number } | undefined>>();
  expectTypeOf(injectTopic(cart, { initialValue: null, debugName: 'cart' })).toEqualTypeOf<Signal<{ items: number } | null>>();
  expectTypeOf(injectTopic(cart, { requireSync: true })).toEqualTypeOf<Signal<{ items: number }>>();
  expectTypeOf(injectTopic('any.topic', { initialValue: undefined })).toEqualTypeOf<Signal<any>>();
  expectTypeOf(injectState(cart, { items: 0 })).toEqualTypeOf<WritableSignal<{ items: number }>>();
  // @ts-expect-error The initial value is missing.
  injectTopic(cart);
  // @ts-expect-error The initial value is missing.
  injectTopic(cart, {});
  // @ts-expect-error The initial value is no message of this topic.
  injectTopic(cart, { initialValue: { items: 'none' } });
  // @ts-expect-error One of the two.
  injectTopic(cart, { initialValue: { items: 0 }, requireSync: true });
  // @ts-expect-error The initial value is missing.
  injectState(cart);
  // @ts-expect-error The initial value is no message of this topic.
  injectState(cart, 0);
  // @ts-expect-error The value is no message of this topic.
  injectState(cart, { items: 0 }).set({ items: '1' });
  // @ts-expect-error A pattern names many topics.
  injectState(topicPattern<number>('a.*'), 0);
}
void types;
