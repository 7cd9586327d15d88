// @vitest-environment jsdom
import { type InMemoryMessageBroker as Broker, type SendError, type SendOptions, actorId, message, protocol } from 'rx-broker';
import { type RequestState, useActor, useRequest } from 'rx-broker/react';
import { type ReactNode, act } from 'react';
import { flushSync } from 'react-dom';
import { renderToString } from 'react-dom/server';
import { EMPTY, NEVER, Subject, type Subscriber, Observable, of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ErrorBoundary, createBroker, hydrate, mount, mountStrictly, provided } from './mount';

const Search = protocol('search', { find: message<{ text: string; within?: readonly string[] }, string>(), close: message() });
const search = actorId(Search);

let broker: Broker;
/** The requests that the actor has got, and those that it was told to stop. */
let asked: string[];
let stopped: string[];
/** The replies that are open, by the text that was asked for. */
let replies: Map<string, Subscriber<string>>;
/** The states that were rendered. */
let states: RequestState<string>[];

beforeEach(() => {
  broker = createBroker();
  [asked, stopped, states] = [[], [], []];
  replies = new Map();
  broker.spawn(search, Search, {
    find: ({ text }, { signal }) => {
      asked.push(text);
      signal.addEventListener('abort', () => stopped.push(text));
      if (text === 'bad') throw new Error('bad text');
      if (text.startsWith('now')) return `${text} found`;
      return new Observable<string>((subscriber) => void replies.set(text, subscriber));
    },
    close: () => {},
  }, { concurrency: 10 });
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface FoundProps {
  readonly text: string | undefined;
  readonly within?: string;
  readonly options?: SendOptions;
  readonly deps?: readonly unknown[];
}

function Found({ text, within = '', options, deps }: FoundProps): ReactNode {
  const found = useRequest(search, text === undefined ? undefined : Search.find({ text, within: [within] }), options, deps);
  states.push(found);
  const { error = '-' } = found as { readonly error?: Error | string };
  return `${found.status} ${found.isPending} ${found.value ?? String(error)};`;
}

const reply = (text: string, value: string): void =>
  act(() => {
    replies.get(text)!.next(value);
    replies.get(text)!.complete();
  });
const last = (): RequestState<string> => states.at(-1)!;
const shown = (): unknown[] => states.map(({ status, isPending, value }) => [status, isPending, value]);

describe('useRequest', () => {
  it('asks when the component has mounted, and renders once for the reply', () => {
    const page = mount(broker, <Found text="a" />);
    expect([page.text, asked]).toEqual(['pending true -;', ['a']]);
    reply('a', 'reply');
    expect(shown()).toEqual([['pending', true, undefined], ['success', false, 'reply']]);
    page.unmount();
  });

  it('renders a reply that comes at once, and one that comes by a promise', async () => {
    const page = mount(broker, <Found text="now" />);
    expect(page.text).toBe('success false now found;');
    const later = actorId<Promised>('later');
    class Promised {
      readonly type = 'promised';
    }
    broker.spawn(later, () => Promise.resolve());
    const Later = (): ReactNode => useRequest(later, new Promised()).status;
    page.render(<Later />);
    expect(page.text).toBe('pending');
    await act(async () => {});
    expect(page.text).toBe('success');
    page.unmount();
  });

  it('sends an equal message once, however often it is made', () => {
    const page = mount(broker, <Found text="a" />);
    for (let n = 0; n < 5; n++) page.render(<Found text="a" />);
    reply('a', 'reply');
    page.render(<Found text="a" />);
    expect([page.text, asked]).toEqual(['success false reply;', ['a']]);
    page.unmount();
  });

  it('cancels the message before when another one comes, and shows nothing of it', () => {
    const page = mount(broker, <Found text="a" />);
    page.render(<Found text="b" />);
    expect([asked, stopped]).toEqual([['a', 'b'], ['a']]);
    reply('b', 'reply');
    page.render(<Found text="c" />);
    expect(page.text).toBe('pending true -;');
    page.render(<Found text="c" within="shop" />);
    expect([asked, stopped]).toEqual([['a', 'b', 'c', 'c'], ['a', 'c']]);
    page.unmount();
  });

  it('cancels when the component leaves', () => {
    const page = mount(broker, <Found text="a" />);
    page.unmount();
    expect([stopped, broker.metrics().openRequests]).toEqual([['a'], 0]);
  });

  it('is idle without a message', () => {
    const page = mount(broker, <Found text={undefined} />);
    act(() => last().reload());
    expect(page.text).toBe('idle false -;');
    page.render(<Found text="now" />);
    page.render(<Found text={undefined} />);
    expect([page.text, asked]).toEqual(['idle false -;', ['now']]);
    page.unmount();
  });

  it('has the error of the handler, and that of the broker', () => {
    const page = mount(broker, <Found text="bad" />);
    expect(page.text).toBe('error false Error: bad text;');
    act(() => broker.unregister(search));
    page.render(<Found text="b" />);
    expect(last()).toMatchObject({ status: 'error', isPending: false, error: { code: 'ActorNotFound' } satisfies Partial<SendError> });
    page.unmount();
  });

  it('shows each value of a stream, and is pending until its end', () => {
    const page = mount(broker, <Found text="a" />);
    act(() => replies.get('a')!.next('1'));
    act(() => replies.get('a')!.next('2'));
    act(() => replies.get('a')!.complete());
    expect(shown().slice(1)).toEqual([['success', true, '1'], ['success', true, '2'], ['success', false, '2']]);
    page.unmount();
  });

  it('has no value of a stream that ends without one', () => {
    const page = mount(broker, <Found text="a" />);
    act(() => replies.get('a')!.complete());
    expect(shown()).toEqual([['pending', true, undefined], ['success', false, undefined]]);
    page.unmount();
  });

  it('has no value of a stream that ends without one after a reload', () => {
    const other = createBroker();
    const answers = [of('first'), EMPTY];
    other.spawn(search, Search, { find: () => answers.shift()!, close: () => {} });
    mount(other, <Found text="a" />);
    expect(last().value).toBe('first');
    act(() => last().reload());
    expect(last()).toMatchObject({ status: 'success', value: undefined, isPending: false });
  });

  it('cancels a request whose handler makes the component leave', () => {
    const other = createBroker();
    const answers = [of('first'), NEVER];
    other.spawn(search, Search, {
      find: () => {
        if (answers.length === 1) flushSync(() => page.unmount());
        return answers.shift()!;
      },
      close: () => {},
    });
    const page = mount(other, <Found text="a" />);
    last().reload();
    expect(other.metrics().openRequests).toBe(0);
  });

  it('has a reload that cancels and asks again, and keeps what it has until the reply comes', () => {
    const page = mount(broker, <Found text="a" />);
    const { reload } = last();
    act(() => reload());
    expect([page.text, stopped]).toEqual(['pending true -;', ['a']]);
    reply('a', '1');
    act(() => reload());
    expect(page.text).toBe('success true 1;');
    act(() => replies.get('a')!.error(new Error('lost')));
    expect(page.text).toBe('error false Error: lost;');
    act(() => reload());
    expect(page.text).toBe('error true Error: lost;');
    reply('a', '2');
    expect(page.text).toBe('success false 2;');
    expect(states.every((state) => state.reload === reload)).toBe(true);
    page.unmount();
    reload();
    expect(asked).toHaveLength(4);
  });

  it('compares the deps that are given instead of the message', () => {
    const page = mount(broker, <Found text="a" deps={[1]} />);
    page.render(<Found text="b" deps={[1]} />);
    expect(asked).toEqual(['a']);
    page.render(<Found text="b" deps={[2]} />);
    expect(asked).toEqual(['a', 'b']);
    page.render(<Found text={undefined} deps={[2]} />);
    expect(page.text).toBe('idle false -;');
    page.unmount();
  });

  it('passes its options on, and fails for one that is unknown', () => {
    vi.useFakeTimers();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const page = mount(broker, <Found text="a" options={{ timeout: 50 }} />);
    act(() => void vi.advanceTimersByTime(50));
    expect(last()).toMatchObject({ status: 'error', error: { code: 'Timeout' } });
    page.render(<ErrorBoundary><Found text="b" options={{ timout: 50 } as never} /></ErrorBoundary>);
    expect(page.text).toMatch(/unknown option 'timout', did you mean 'timeout'/);
    page.unmount();
    vi.useRealTimers();
  });

  it('goes over to another actor and to another broker', () => {
    const other = createBroker();
    const names = actorId(Search, 'names');
    const Names = ({ id }: { readonly id: typeof search }): ReactNode => useRequest(id, Search.find({ text: 'now' })).value;
    other.spawn(names, Search, { find: () => of('names'), close: () => {} });
    other.spawn(search, Search, { find: () => 'other', close: () => {} });
    const page = mount(broker, <Names id={search} />);
    expect(page.text).toBe('now found');
    page.render(<Names id={search} />, other);
    expect(page.text).toBe('other');
    page.render(<Names id={names} />, other);
    expect(page.text).toBe('names');
    page.unmount();
  });

  it('reaches an actor of a component that mounts with it', () => {
    const names = actorId(Search, 'names');
    const source = new Subject<string>();
    const Parent = ({ children }: { readonly children: ReactNode }): ReactNode => {
      useActor(names, Search, { find: () => source, close: () => {} });
      return children;
    };
    const Child = (): ReactNode => {
      const { status, value } = useRequest(names, Search.find({ text: '' }));
      return `${status} ${value ?? '-'}`;
    };
    const page = mount(broker, <Parent><Child /></Parent>);
    expect(page.text).toBe('pending -');
    act(() => source.next('reply'));
    expect(page.text).toBe('success reply');
    page.unmount();
  });
});

describe('useRequest in StrictMode', () => {
  it('sends an open request again, and one that was answered only once', () => {
    const page = mountStrictly(broker, <><Found text="a" /><Found text="now" /></>);
    expect([asked, stopped]).toEqual([['a', 'now', 'a'], ['a']]);
    reply('a', 'reply');
    expect(page.text).toBe('success false reply;success false now found;');
    act(() => states.find(({ value }) => value === 'now found')!.reload());
    expect(asked).toEqual(['a', 'now', 'a', 'now']);
    page.unmount();
    expect(broker.metrics().openRequests).toBe(0);
  });
});

describe('useRequest on a server', () => {
  it('sends nothing, and is hydrated without a mismatch', () => {
    const html = renderToString(provided(broker, <Found text="now" />));
    expect([html, asked]).toEqual([expect.stringContaining('pending'), []]);
    const mismatches: unknown[] = [];
    const page = hydrate(broker, html, <Found text="now" />, mismatches);
    expect([page.text, asked, mismatches]).toEqual(['success false now found;', ['now'], []]);
    page.unmount();
  });
});
