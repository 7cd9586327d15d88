import type { NatsTransportOptions } from 'rx-broker/transports/nats';
import type { Told } from './nats-nodes';
import { SpecProcess } from './spec-process';

/** A node in a process of its own. */
export class NodeProcess extends SpecProcess<Told> {
  id = '';

  static async start(servers: string, options: NatsTransportOptions = {}): Promise<NodeProcess> {
    const node = new NodeProcess('node-program.ts', servers, options);
    node.id = await node.ask('id');
    return node;
  }

  claim(id: string): Promise<string> {
    return this.ask('claim', id);
  }
}
