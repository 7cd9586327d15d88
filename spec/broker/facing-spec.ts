import { type ActorContext, Mailbox, type MessageBroker, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { facing } from '../../src/broker/facing';
import { setup } from './setup';

const id = actorId<any>('actor');

/** An object that stands before a broker. */
const before = (broker: MessageBroker): MessageBroker => Object.create(broker) as MessageBroker;

describe('a face', () => {
  it('is the broker that every context gives: of handlers, of hooks, and of deliveries', () => {
    const { broker } = setup();
    const face = before(broker);
    facing(broker, face);
    const given: unknown[] = [];
    const note = ({ broker: seen }: ActorContext): void => void given.push(seen);
    broker.spawn(id, { receive: (_message, context) => note(context), onStart: note });
    broker.trySend(id, 1);
    const mailbox = Mailbox.unbounded<any>();
    broker.register(actorId('mailbox'), mailbox);
    mailbox.deliveries$.subscribe(({ context }) => note(context));
    mailbox.next(1);
    expect(given).toHaveLength(3);
    for (const seen of given) expect(seen).toBe(face);
  });

  it('is given by turns that began before, and replaced by a later one, also through a face', () => {
    const { broker } = setup();
    let context: ActorContext | undefined;
    broker.spawn(id, (_message, given) => (context = given));
    broker.trySend(id, 1);
    expect(context!.broker).toBe(broker);
    const face = before(broker);
    facing(broker, face);
    expect(context!.broker).toBe(face);
    const second = before(face);
    facing(face, second);
    expect(context!.broker).toBe(second);
  });

  it('changes nothing in a broker that has no place for one', () => {
    for (const parts of [undefined, {}]) {
      const foreign = Object.assign(before(setup().broker), { parts });
      expect(() => facing(foreign, foreign)).not.toThrow();
    }
  });
});
