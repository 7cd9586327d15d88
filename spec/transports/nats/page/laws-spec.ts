import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { messageBrokerLaws } from '../../../contracts/message-broker-laws';
import { natsNodes, OVER_NATS } from '../law-nodes';

const server = inject('natsServer');
const url = 'url' in server ? server.url : undefined;
if (url === undefined) console.warn('the laws over a WebSocket: skipped, there is no NATS server. bash .ci/nats-server.sh fetches one.');

it.runIf('isMissed' in server && server.isMissed)('has a NATS server', () => expect.fail('there is no NATS server: bash .ci/nats-server.sh fetches one'));

describe.skipIf(url === undefined)('a broker in a page', () => {
  let connections: readonly NatsConnection[] = [];
  beforeAll(async () => {
    connections = await Promise.all([1, 2].map(() => wsconnect({ servers: url!, noAsyncTraces: true })));
  });
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));

  messageBrokerLaws('over NATS by a WebSocket', natsNodes(() => connections), OVER_NATS);

  it('asks an actor of another node in real time, and is told when that node has left', async () => {
    const [here, far] = await Promise.all(connections.map(async (connection) => new DistributedMessageBroker(await natsTransport(connection, { namespace: 'page' }))));
    await Promise.all([here!.ready, far!.ready]);
    const greeter = actorId<any>('greeter');
    const known = firstValueFrom(here!.eventsOf(greeter));
    await far!.spawn(greeter, (name: string) => `hello ${name}`).ready;
    await known;
    expect(await firstValueFrom(here!.send(greeter, 'page'))).toBe('hello page');
    const gone = lastValueFrom(here!.watch(greeter));
    await far!.close();
    await gone;
    expect(here!.isRegistered(greeter)).toBe(false);
    await here!.close();
  });
});
