import { type InMemoryMessageBroker, actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { describe, expect, it } from 'vitest';

const id = actorId<any>('actor');
const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});

describe('brokerMarbles', () => {
  it('takes no equality that asserts nothing, and no test that is no function', () => {
    expect(() => brokerMarbles(expect)).toThrow(/assertDeepEqual must throw where its two arguments differ/);
    expect(() => brokerMarbles(undefined as never)).toThrow('assertDeepEqual must be a function, got undefined');
    expect(() => marbles('delivers' as never)).toThrow("a marble test must be a function, got 'delivers'");
  });

  it('fails a test that goes on when virtual time is over', () => {
    const late = marbles(() => Promise.resolve() as never);
    expect(late).toThrow(/a marble test must be synchronous/);
  });

  it('passes a test that returns anything else', () => {
    expect(marbles(() => null as never)).not.toThrow();
  });

  describe('when a broker outlives its run', () => {
    const OVER = /^this broker belongs to a marble run that is over/;

    function outlived(): InMemoryMessageBroker {
      let kept: InMemoryMessageBroker | undefined;
      marbles(({ broker }) => {
        broker.spawn(id, () => {});
        broker.trySend(id, 'in time');
        kept = broker;
      })();
      return kept!;
    }

    it('takes no message and no actor any more', () => {
      const broker = outlived();
      expect(() => broker.trySend(id, 'x')).toThrow(OVER);
      expect(() => broker.send(id, 'x')).toThrow(OVER);
      expect(() => broker.sendWithPriority(id, 'x', 'high')).toThrow(OVER);
      expect(() => broker.sendWithRouting({ topic: 'x' }, 'x')).toThrow(OVER);
      expect(() => broker.offer(id, 'x')).toThrow(OVER);
      expect(() => broker.broadcast('x')).toThrow(OVER);
      expect(() => broker.broadcastFilter('x', () => true)).toThrow(OVER);
      expect(() => broker.tryBroadcast('x')).toThrow(OVER);
      expect(() => broker.publish('x', 'x')).toThrow(OVER);
      expect(() => broker.spawn(actorId('other'), () => {})).toThrow(OVER);
    });

    it('is refused by the next run', () => {
      const broker = outlived();
      expect(marbles(({ expectDeliveries }) => expectDeliveries(id, broker))).toThrow(OVER);
    });

    it('still says what happened', () => {
      expect(outlived().metrics()).toMatchObject({ totalDelivered: 1, registeredActors: 1 });
    });
  });
});
