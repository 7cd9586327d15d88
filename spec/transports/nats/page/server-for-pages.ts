import type { TestProject } from 'vitest/node';
import { NatsServer } from '../nats-server';
import { serverPath } from '../server-path';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where pages reach a NATS server by a WebSocket, or why they cannot. */
    natsServer: { readonly url: string } | { readonly isMissed: boolean };
  }
}

/** Starts a NATS server for the specs that run in pages, which cannot. Under CI it is missed where there is none. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  if (serverPath === undefined) {
    provide('natsServer', { isMissed: process.env['CI'] !== undefined });
    return async () => {};
  }
  const server = await NatsServer.start();
  provide('natsServer', { url: server.webSocketUrl });
  return () => server.close();
}
