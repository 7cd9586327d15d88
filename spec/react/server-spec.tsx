import { actorId, message, protocol, topic } from 'rx-broker';
import { useActor, useRequest, useTopic } from 'rx-broker/react';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBroker, provided } from './mount';

const Names = protocol('names', { list: message<void, string[]>() });
const names = actorId(Names);
const user = topic<string>('user');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a page on a server', () => {
  it('shows topics, sends nothing, registers nothing, and has no warning of React', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broker = createBroker();
    broker.publish(user, 'Ann', { retain: true });
    const Page = (): ReactNode => {
      const ref = useActor(names, Names, { list: () => [] });
      const { status } = useRequest(names, Names.list());
      return `${useTopic(user, 'guest')} ${ref.id} ${status}`;
    };
    expect(renderToString(provided(broker, <Page />))).toBe('Ann names pending');
    expect([broker.registeredCount(), broker.metrics().totalSent]).toEqual([0, 0]);
    expect(error).not.toHaveBeenCalled();
  });
});
