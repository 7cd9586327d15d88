import type { NatsTransportOptions } from 'rx-broker/transports/nats';
import { SpecProcess } from './spec-process';

/** What a broker in a process of its own can be given. */
export interface BrokerProcessOptions {
  readonly nats?: NatsTransportOptions;
  readonly window?: number;
}

/** A broker in a process of its own. It tells 'closed' when its broker has closed. */
export class BrokerProcess extends SpecProcess<'closed'> {
  id = '';

  static async start(servers: string, options: BrokerProcessOptions = {}): Promise<BrokerProcess> {
    const broker = new BrokerProcess('broker-program.ts', servers, options);
    broker.id = await broker.ask('id');
    return broker;
  }

  /** Spawns an actor that answers each number with the next one, or never. */
  spawn(id: string, isAnswering = true): Promise<string> {
    return this.ask('spawn', id, isAnswering);
  }

  seen(): Promise<{ readonly count: number; readonly twice: number }> {
    return this.ask('seen');
  }
}
