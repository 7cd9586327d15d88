// @vitest-environment jsdom
import { actorId, topic } from 'rx-broker';
import { useActor, useBroker, useRequest, useTopic } from 'rx-broker/react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ErrorBoundary, createBroker, mount, provided } from './mount';

const id = actorId<string>('actor');
const name = topic<string>('name');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('useBroker', () => {
  it('is the broker of the nearest provider', () => {
    const [outer, inner] = [createBroker(), createBroker()];
    const seen: unknown[] = [];
    const See = (): ReactNode => {
      seen.push(useBroker());
      return null;
    };
    const page = mount(outer, <><See />{provided(inner, <See />)}</>);
    page.render(<See />, inner);
    expect(seen).toEqual([outer, inner, inner]);
    expect(seen.map((broker) => broker === outer)).toEqual([true, false, false]);
    page.unmount();
  });
});

describe('without a provider', () => {
  it.each([
    ['useBroker', () => useBroker()],
    ['useTopic', () => useTopic(name, '')],
    ['useActor', () => useActor(id, () => {})],
    ['useRequest', () => useRequest(id, 'hello')],
  ])('%s says what to do', (_hook, use) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const Used = (): ReactNode => {
      use();
      return 'fine';
    };
    const container = document.createElement('div');
    const root = createRoot(container);
    act(() => root.render(<ErrorBoundary><Used /></ErrorBoundary>));
    expect(container.textContent).toBe('Error: add a BrokerProvider above');
    act(() => root.unmount());
  });
});
