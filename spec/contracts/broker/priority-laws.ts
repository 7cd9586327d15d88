import { Priority, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { deferred } from '../../broker/setup';
import { type BrokerLaw, type BrokerUnderLaw, brokerLaw } from './broker-under-law';

const id = actorId<any>('actor');

/** An actor that is busy until `open` is called. `got`: the messages that it was given. */
async function busyActor({ home, settle }: BrokerUnderLaw): Promise<{ got: unknown[]; open(): Promise<void> }> {
  const gate = deferred();
  const got: unknown[] = [];
  home.spawn(id, (message) => {
    if (message === 'first') return gate.promise;
    got.push(message);
    return undefined;
  }, { topics: ['work'] });
  await settle();
  home.trySend(id, 'first');
  await settle();
  return {
    got,
    async open() {
      gate.resolve(undefined);
      await settle();
    },
  };
}

export const PRIORITY_LAWS: readonly BrokerLaw[] = [
  brokerLaw('higher priorities come first, however they are sent (M3)', async (under) => {
    const { got, open } = await busyActor(under);
    const { broker, settle } = under;
    broker.send(id, 'normal').subscribe();
    broker.sendWithPriority(id, 'low', Priority.Low).subscribe();
    broker.trySend(id, 'high', { priority: 'high' });
    broker.sendWithPriority(id, 'critical', 'critical').subscribe();
    await settle();
    await open();
    expect(got).toEqual(['critical', 'high', 'normal', 'low']);
  }),
  brokerLaw('messages of one priority keep their order (M3)', async (under) => {
    const { got, open } = await busyActor(under);
    const { broker, settle } = under;
    for (let message = 0; message < 20; message++) broker.trySend(id, message, { priority: message % 2 === 0 ? 'low' : 'high' });
    await settle();
    await open();
    const isEven = (message: unknown): boolean => (message as number) % 2 === 0;
    expect(got.filter(isEven)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(got.filter((message) => !isEven(message))).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
  }),
  brokerLaw('a routing key’s number, 0 to 255, is quartered onto the four priorities (T2)', async (under) => {
    const { got, open } = await busyActor(under);
    const { broker, settle } = under;
    for (const priority of [0, 63, 64, 127, 128, 191, 192, 255]) broker.publish({ topic: 'work', priority }, priority);
    await settle();
    await open();
    expect(got).toEqual([192, 255, 128, 191, 64, 127, 0, 63]);
  }),
  brokerLaw('an envelope says its priority (M3)', async ({ home, broker, settle }) => {
    const seen: unknown[] = [];
    home.spawn(id, (_message, { envelope }) => void seen.push(envelope.priority), { topics: ['work'] });
    await settle();
    const sends = [
      ...(['low', 'normal', 'high', 'critical'] as const).map((priority) => broker.sendWithPriority(id, 0, priority)),
      broker.sendWithRouting({ topic: 'work', priority: 'high' }, 0),
      broker.send(id, 0),
    ];
    for (const send of sends) {
      send.subscribe();
      await settle();
    }
    expect(seen).toEqual(['low', 'normal', 'high', 'critical', 'high', 'normal']);
  }),
];
