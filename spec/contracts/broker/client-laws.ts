import { actorClient, actorId, message, protocol } from 'rx-broker';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const Cart = protocol('cart', { add: message<{ sku: string }>(), count: message<void, number>(), find: message<{ text: string }, string[]>() });
const cart = actorId(Cart);

/** The laws of `actorClient`. */
export const CLIENT_LAWS: readonly BrokerLaw[] = [
  brokerLaw('an actorClient asks and tells by the names of a protocol, with payload and options (§1)', async ({ home, broker, settle }) => {
    const skus: string[] = [];
    const seen: unknown[] = [];
    home.spawn(cart, Cart, {
      add: ({ sku }, { envelope: { priority, headers } }) => {
        skus.push(sku);
        seen.push([priority, headers]);
      },
      count: (_message, { envelope: { priority } }) => {
        seen.push([priority]);
        return skus.length;
      },
      find: ({ text }) => skus.filter((sku) => sku.includes(text)),
    });
    await settle();
    const client = actorClient(broker, cart, Cart);
    expect(client.tell.add({ sku: 'apple' }, { priority: 'high', headers: { trace: 'x' } })).toEqual({ ok: true });
    expect(client.tell.add({ sku: 'pear' })).toEqual({ ok: true });
    await settle();
    const count$ = client.ask.count({ priority: 'low' });
    await settle();
    const answers = [watchFor(count$), watchFor(client.ask.find({ text: 'pp' }, { timeout: Infinity }))];
    await settle();
    expect(answers.map(({ values, completed }) => [values, completed])).toEqual([[[2], true], [[['apple']], true]]);
    expect(seen).toEqual([['high', { trace: 'x' }], ['normal', {}], ['low']]);
  }),
  brokerLaw('an actorClient fails as send and trySend do, and works in a turn, with the context in place of the broker (§1, S7)', async ({ home, broker, settle }) => {
    const client = actorClient(broker, cart, Cart);
    expect(client.tell.add({ sku: 'apple' })).toMatchObject({ ok: false, code: 'ActorNotFound' });
    const lost = watchFor(client.ask.count());
    await settle();
    expect(lost.error).toMatchObject({ code: 'ActorNotFound', started: false });
    const senders: unknown[] = [];
    home.spawn(cart, Cart, { add: () => {}, count: (_message, { envelope: { sender, headers } }) => senders.push(sender, headers), find: () => [] });
    const asker = actorId<any>('asker');
    home.spawn(asker, (_message, context) => actorClient(context, cart, Cart).ask.count());
    await settle();
    const asked = watchFor(broker.send(asker, 'go', { headers: { trace: 'x' } }));
    await settle();
    expect([asked.values, senders]).toEqual([[2], [asker, { trace: 'x' }]]);
  }),
];
