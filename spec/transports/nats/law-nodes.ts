import type { NatsConnection } from '@nats-io/transport-node';
import type { Transport } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import type { BrokerTraits, CreateBroker } from '../../contracts/broker/broker-under-law';
import { wiredNodes } from '../../contracts/broker/wired-nodes';

/** What a broker of several nodes does not have. */
export const OVER_NATS: Partial<BrokerTraits> = { synchronous: false, identity: false, mailboxAnswers: false, oneLedger: false, oneOrder: false, oneRegistry: false };

let namespaceCount = 0;

/** Makes nodes of a distributed broker over NATS. Each law has a namespace of its own. */
export function natsNodes(connections: () => readonly NatsConnection[]): CreateBroker {
  return wiredNodes(async () => {
    const namespace = `law-${++namespaceCount}`;
    const transports: Transport[] = [];
    for (const connection of connections()) transports.push(await natsTransport(connection, { namespace, lease: 60_000 }));
    return {
      transports,
      // The server answers a ping after it has passed on all that it got before.
      async delivered() {
        for (let way = 0; way < 2; way++) await Promise.all(connections().map((connection) => connection.flush()));
      },
      async end() {
        await Promise.all(transports.map((transport) => transport.close()));
      },
    };
  });
}
