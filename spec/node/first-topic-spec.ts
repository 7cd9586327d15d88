import { InMemoryMessageBroker } from 'rx-broker';
import { describe, expect, it } from 'vitest';

// Alone in its process, since the last topic that was parsed is remembered there.
describe('the first topic of a process', () => {
  it('is refused where it is no string (T1)', () => {
    const broker = new InMemoryMessageBroker();
    for (const key of [{}, { topic: undefined }, { topic: '' }]) {
      expect(() => broker.publish(key as { topic: string }, 'x')).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
      expect(() => broker.retained((key).topic as never)).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    }
  });
});
