// @vitest-environment jsdom
import { type ActorId, type ActorRef, type InMemoryMessageBroker as Broker, type MessageOf, actorId, message, protocol } from 'rx-broker';
import { useActor } from 'rx-broker/react';
import * as React from 'react';
import { type ReactNode, Suspense, act, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ErrorBoundary, createBroker, mount, mountStrictly } from './mount';

const Counter = protocol('counter', { add: message<{ by: number }>(), total: message<void, number>(), wait: message() });
type CounterId = ActorId<MessageOf<typeof Counter>>;
const counter = actorId(Counter);
const words = actorId<string>('words');

let broker: Broker;
/** What happened, in order. */
let notes: unknown[];
const note = (...what: readonly unknown[]): void => void notes.push(what.join(' '));
beforeEach(() => {
  broker = createBroker();
  notes = [];
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** How often actors were registered, and unregistered. */
function lives(): { readonly begun: number; readonly ended: number } {
  const seen = { begun: 0, ended: 0 };
  broker.events$.subscribe(({ kind }) => {
    if (kind === 'registered') seen.begun++;
    if (kind === 'unregistered') seen.ended++;
  });
  return seen;
}

/** An actor whose state is the component's. */
function Total({ id = counter, factor = 1 }: { readonly id?: CounterId; readonly factor?: number }): ReactNode {
  const [total, setTotal] = useState(0);
  const started = useRef(0);
  useActor(id, Counter, {
    add: ({ by }) => setTotal((sum) => sum + by * factor),
    total: () => total,
    wait: () => NEVER,
  }, { onStart: () => note('start', ++started.current), onStop: (reason) => note('stop', reason, factor) });
  return `${total};`;
}

const add = (by: number, id = counter): void => act(() => void broker.trySend(id, Counter.add({ by })));

describe('useActor', () => {
  it('registers an actor for as long as the component is mounted', () => {
    const page = mount(broker, <Total />);
    expect(broker.actorIds()).toEqual(['counter']);
    add(2);
    expect(page.text).toBe('2;');
    page.unmount();
    expect(broker.registeredCount()).toBe(0);
    expect(notes).toEqual(['start 1', 'stop unregistered 1']);
  });

  it('hands each message to the handlers of the last render, and registers once', () => {
    const seen = lives();
    const page = mount(broker, <Total />);
    add(1);
    page.render(<Total factor={10} />);
    add(1);
    let total: unknown;
    broker.send(counter, Counter.total()).subscribe((reply) => (total = reply));
    expect([page.text, total, seen]).toEqual(['11;', 11, { begun: 1, ended: 0 }]);
    page.unmount();
    expect(notes).toEqual(['start 1', 'stop unregistered 10']);
  });

  it('takes one function for all messages, too, and returns one ActorRef', () => {
    const refs: ActorRef<string>[] = [];
    const Words = ({ mark }: { readonly mark: string }): ReactNode => {
      refs.push(useActor(words, (word, { self }) => note(self, word + mark), { capacity: 5, topics: ['said.*'] }));
      return null;
    };
    const page = mount(broker, <Words mark="!" />);
    refs[0]!.trySend('hello');
    page.render(<Words mark="?" />);
    broker.publish('said.loudly', 'hello');
    expect(notes).toEqual(['words hello!', 'words hello?']);
    expect(broker.mailboxMetrics(words)).toMatchObject({ capacity: 5 });
    expect(refs[1]).toBe(refs[0]);
    page.unmount();
  });

  it('takes an actor that is an object, and calls functions on their object', () => {
    class Words {
      readonly mark = '!';
      receive(word: string): void {
        note(word + this.mark);
      }
    }
    class Handlers {
      readonly by = 5;
      readonly add = (): void => note('add', this.by);
      total(): number {
        return this.by;
      }
      wait(): void {}
    }
    const Both = (): ReactNode => {
      useActor(words, new Words());
      useActor(counter, Counter, Object.freeze(new Handlers()));
      return null;
    };
    const page = mount(broker, <Both />);
    broker.trySend(words, 'hello');
    broker.trySend(counter, Counter.add({ by: 1 }));
    broker.send(counter, Counter.total()).subscribe((total) => note('total', total));
    expect(notes).toEqual(['hello!', 'add 5', 'total 5']);
    page.unmount();
  });

  it('has no hooks any more where the last render gives no options', () => {
    const errors: unknown[] = [];
    const other = createBroker({ onError: (error) => errors.push(error) });
    function Words({ hooks }: { readonly hooks?: { readonly onStop: () => void } }): ReactNode {
      useActor(counter, Counter, { add: () => {}, total: () => 0, wait: () => {} }, hooks);
      return null;
    }
    const page = mount(other, <Words hooks={{ onStop: () => note('stop') }} />);
    page.render(<Words />);
    page.unmount();
    expect([errors, notes]).toEqual([[], []]);
  });

  it('is there for the effects of all components that mount with it', () => {
    const Child = (): ReactNode => {
      useEffect(() => note('effect', broker.trySend(words, 'a').ok), []);
      return null;
    };
    const Parent = (): ReactNode => {
      useActor(words, (word) => note('got', word));
      return <Child />;
    };
    const page = mount(broker, <><Child /><Parent /><Child /></>);
    expect(notes).toEqual(['got a', 'effect true', 'got a', 'effect true', 'got a', 'effect true']);
    page.unmount();
  });

  it('makes place for a component with the same id, and for two that swap their ids', () => {
    const seen = lives();
    const [a, b] = [actorId(Counter, 'a'), actorId(Counter, 'b')];
    const page = mount(broker, <Total key="one" id={a} />);
    add(1, a);
    page.render(<><Total key="two" id={a} /><Total key="three" id={b} /></>);
    add(1, b);
    expect(page.text).toBe('0;1;');
    page.render(<><Total key="two" id={b} /><Total key="three" id={a} /></>);
    add(5, b);
    expect([page.text, seen]).toEqual(['5;1;', { begun: 5, ended: 3 }]);
    page.unmount();
    expect(broker.registeredCount()).toBe(0);
  });

  it('goes over to another broker', () => {
    const other = createBroker();
    const page = mount(broker, <Total />);
    page.render(<Total />, other);
    expect([broker.registeredCount(), other.registeredCount()]).toEqual([0, 1]);
    page.unmount();
    expect(other.registeredCount()).toBe(0);
  });

  it('says that the id is taken, if two mounted components use it', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const page = mount(broker, <><Total /><ErrorBoundary><Total /></ErrorBoundary></>);
    expect(page.text).toMatch(/^0;BrokerError: AlreadyRegistered: .*'counter' already; choose another id/);
    add(1);
    expect(page.text).toMatch(/^1;/);
    page.unmount();
    expect(broker.registeredCount()).toBe(0);
  });
});

describe('useActor in StrictMode', () => {
  it('has two lives, keeps the state of the component, and tells what the first life has lost', () => {
    const lost: unknown[] = [];
    broker.deadLetters$.subscribe(({ message, reason }) => lost.push([message, reason]));
    const Sender = (): ReactNode => {
      // In the first life, before React takes it back.
      useLayoutEffect(() => {
        broker.trySend(counter, Counter.add({ by: 1 }));
        broker.trySend(counter, Counter.wait());
        broker.trySend(counter, Counter.add({ by: 1 }));
      }, []);
      return null;
    };
    const page = mountStrictly(broker, <><Total /><Sender /></>);
    // Each life has handled one message. The second has one that runs, and one that waits.
    expect(page.text).toBe('2;');
    expect(notes).toEqual(['start 1', 'stop unregistered 1', 'start 2']);
    expect(lost).toEqual([[Counter.wait(), 'ActorNotFound'], [Counter.add({ by: 1 }), 'ActorNotFound']]);
    expect(broker.mailboxMetrics(counter)).toMatchObject({ size: 1, inFlight: 1 });
    page.unmount();
    expect(broker.registeredCount()).toBe(0);
  });
});

describe('useActor in a component that is hidden', () => {
  /** Suspends the boundary as long as the promise is open. */
  function createGate(): { readonly Gate: () => ReactNode; close(): void; open(): Promise<void> } {
    let promise: Promise<void> | undefined;
    let resolve!: () => void;
    let update!: (n: number) => void;
    const Gate = (): ReactNode => {
      const [, set] = useState(0);
      update = set;
      if (promise !== undefined) throw promise;
      return null;
    };
    return {
      Gate,
      close: () => {
        promise = new Promise((done) => (resolve = done));
        act(() => update(Math.random()));
      },
      open: () => {
        promise = undefined;
        return act(async () => resolve());
      },
    };
  }

  it('stays while a Suspense boundary hides it', async () => {
    const seen = lives();
    const { Gate, ...gate } = createGate();
    const page = mount(broker, <Suspense fallback="waits"><Total /><Gate /></Suspense>);
    gate.close();
    expect(page.text).toContain('waits');
    add(3);
    await gate.open();
    expect([page.text, seen]).toEqual(['3;', { begun: 1, ended: 0 }]);
    page.unmount();
    expect(seen.ended).toBe(1);
  });

  it('leaves with a component that is hidden', () => {
    const { Gate, ...gate } = createGate();
    const page = mount(broker, <Suspense fallback="waits"><Total /><Gate /></Suspense>);
    gate.close();
    page.render(null);
    expect(broker.registeredCount()).toBe(0);
    page.unmount();
  });

  it.runIf('Activity' in React)('leaves while an Activity hides it, and comes back', () => {
    const { Activity } = React;
    const page = mount(broker, <Activity mode="visible"><Total /></Activity>);
    add(3);
    page.render(<Activity mode="hidden"><Total factor={2} /></Activity>);
    expect(broker.registeredCount()).toBe(0);
    page.render(<Activity mode="visible"><Total factor={2} /></Activity>);
    add(1);
    expect(page.text).toBe('5;');
    page.unmount();
    expect(broker.registeredCount()).toBe(0);
  });
});
