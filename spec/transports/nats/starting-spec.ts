import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { Kvm } from '@nats-io/kv';
import { type NatsTransportOptions, natsTransport } from 'rx-broker/transports/nats';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reactive } from 'vue';
import { describeWithServer } from './describe-with-server';
import { NatsNodes, Recorder } from './nats-nodes';
import { NatsServer } from './nats-server';

describe('natsTransport', () => {
  it('refuses a connection that is none', async () => {
    await expect(natsTransport({} as NatsConnection)).rejects.toThrow('connection must be a NatsConnection, or the promise of one, got an object');
    await expect(natsTransport(undefined as never)).rejects.toThrow('connection must be a NatsConnection, or the promise of one, got undefined');
  });
});

describeWithServer('natsTransport at its start', () => {
  let server: NatsServer;
  const nodes = new NatsNodes();
  const servers: NatsServer[] = [];
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    await nodes.close();
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });
  afterAll(() => server.close());

  const refusal = async (options: object): Promise<unknown> => {
    const connection = await nodes.connect({ servers: server.url });
    return natsTransport(connection, options as NatsTransportOptions).catch((error: unknown) => error);
  };

  it.each<[object, ErrorConstructor, string]>([
    [{ leas: 1 }, TypeError, "unknown option 'leas', did you mean 'lease'? The options are 'lease', 'replicas', 'namespace', 'name'"],
    [{ lease: 2000 }, RangeError, 'lease must be whole seconds in milliseconds, from 3000, got 2000'],
    [{ lease: 3500 }, RangeError, 'lease must be whole seconds in milliseconds, from 3000, got 3500'],
    [{ lease: Infinity }, RangeError, 'lease must be whole seconds in milliseconds, from 3000, got Infinity'],
    [{ replicas: 0 }, RangeError, 'replicas must be an integer of at least 1, got 0'],
    [{ replicas: 6 }, RangeError, 'replicas must be 1 to 5, got 6'],
    [{ namespace: 'a.b' }, TypeError, "namespace must be 1 to 64 letters, digits, '-' and '_', got 'a.b'"],
    [{ name: '' }, TypeError, "name must be 1 to 64 letters, digits, '-' and '_', got ''"],
  ])('refuses %j', async (options, Failure, text) => {
    const error = await refusal(options);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Error).message).toBe(text);
  });

  it('makes a transport that works when Vue keeps it', async () => {
    const transport = await natsTransport(await nodes.connect({ servers: server.url }));
    const kept = reactive({ transport }).transport;
    await kept.start(new Recorder());
    expect(await kept.claim('kept')).toBe(kept.nodeId);
    await kept.close();
  });

  it('refuses a connection that is closed', async () => {
    const connection = await nodes.connect({ servers: server.url });
    await connection.close();
    await expect(natsTransport(connection)).rejects.toThrow('the NATS connection is closed, or not connected at the moment');
  });

  it('refuses a server without JetStream', async () => {
    const plain = await NatsServer.start('', { hasJetStream: false });
    servers.push(plain);
    const connection = await nodes.connect({ servers: plain.url });
    await expect(natsTransport(connection)).rejects.toThrow('the NATS server has no JetStream for this account, and the claims of actors are kept there: start it with `-js`');
  });

  it('refuses an old server', async () => {
    const connection = await nodes.connect({ servers: server.url });
    const old = new Proxy(connection, { get: (target, key) => (key === 'info' ? { ...target.info, version: '2.10.22' } : Reflect.get(target, key, target)) });
    await expect(natsTransport(old)).rejects.toThrow('natsTransport needs a NATS server from 2.11, which ends each key after its own time; this one is 2.10.22');
  });

  it('refuses a bucket that does not end keys after their own time', async () => {
    const connection = await nodes.connect({ servers: server.url });
    await new Kvm(connection).create('foreign');
    await expect(natsTransport(connection, { namespace: 'foreign' })).rejects.toThrow("the key-value bucket 'foreign' does not end keys after their own time");
  });

  it('refuses more replicas than there are servers, or than the bucket has', async () => {
    const connection = await nodes.connect({ servers: server.url });
    await expect(natsTransport(connection, { namespace: 'wide', replicas: 3 })).rejects.toThrow("the key-value bucket 'wide' with replicas: 3 could not be opened: ");
    await natsTransport(connection, { namespace: 'narrow' });
    await expect(natsTransport(connection, { namespace: 'narrow', replicas: 3 })).rejects.toThrow("the key-value bucket 'narrow' has replicas: 1, and this node asks for 3");
  });

  it('can be started once', async () => {
    const { transport } = await nodes.join(server.url);
    await expect(transport.start(new Recorder())).rejects.toThrow('a transport can be started once');
  });

  it('says so when wsconnect waits for ever, since there is no WebSocket', async () => {
    const { WebSocket: own } = globalThis;
    Reflect.deleteProperty(globalThis, 'WebSocket');
    try {
      await expect(natsTransport(wsconnect({ servers: server.webSocketUrl }))).rejects.toThrow('wsconnect needs a global WebSocket, and this runtime has none');
    } finally {
      if (own !== undefined) globalThis.WebSocket = own;
    }
  });

  it('joins over a WebSocket, and meets a node that is connected by TCP', async () => {
    const { WebSocket: own } = globalThis;
    globalThis.WebSocket ??= WebSocket as never;
    const connecting = wsconnect({ servers: server.webSocketUrl });
    const transport = await natsTransport(connecting);
    const told = new Recorder();
    await transport.start(told);
    const other = await nodes.join(server.url);
    await Promise.all([told.whenTold('up', other.id), other.told.whenTold('up', transport.nodeId)]);
    transport.send(other.id, '["hello"]');
    await other.told.log.until(() => other.told.batches.length > 0);
    await transport.close();
    await (await connecting).close();
    if (own === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
  });
});
