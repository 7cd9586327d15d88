import { afterAll, afterEach, beforeAll } from 'vitest';
import { NatsServer } from './nats-server';

/** What the specs of a describe have opened on its server, and is closed after each of them. */
interface Opened {
  close(): Promise<void>;
}

/**
 * Gives the specs of a describe one server, which is started before the first of them and ended after the last. Everything in `opened` is closed
 * after each, in this order.
 */
export function onServer(...opened: readonly Opened[]): { readonly url: string; readonly server: NatsServer } {
  let server: NatsServer;
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    for (const each of opened) await each.close();
  });
  afterAll(() => server.close());
  return {
    get url() {
      return server.url;
    },
    get server() {
      return server;
    },
  };
}
