import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConnectionOptions, type NatsConnection, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { describeWithServer } from './describe-with-server';
import { NatsNodes, type TestNode } from './nats-nodes';
import { NatsServer } from './nats-server';

const file = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** A configuration that is ready to be copied. */
const ready = (name: string): string => readFileSync(new URL(`../../examples/nats/${name}`, import.meta.url), 'utf8');

const till = nkeys.createUser();

/** The variables of the configurations. */
const SECRETS = {
  ...{ ADMIN_PASSWORD: 'admin', SHOP_PASSWORD: 'secret', BANK_PASSWORD: 'secret', TILL_NKEY: till.getPublicKey() },
  ...{ NATS_CERT: file('server-cert.pem'), NATS_KEY: file('server-key.pem') },
};

/** The options of a client. Its own answers come within the namespace, too: \`_INBOX.>\` would be shared with all. */
const as = (user: string, namespace = user): ConnectionOptions => ({ user, pass: 'secret', inboxPrefix: `${namespace}.reply`, tls: { caFile: file('server-cert.pem') } });

describeWithServer('natsTransport with TLS and permissions', () => {
  let server: NatsServer;
  const nodes = new NatsNodes();
  beforeAll(async () => {
    for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
    server = await NatsServer.start([ready('tls.conf'), ready('users.conf')].join('\n'));
    vi.unstubAllEnvs();
    const admin = await nodes.connect({ servers: server.url, ...as('admin', '_INBOX'), pass: 'admin' });
    await natsTransport(admin, { namespace: 'shop' });
    await natsTransport(admin, { namespace: 'bank' });
    await nodes.close();
  });
  afterEach(() => nodes.close());
  afterAll(() => server.close());

  const join = (namespace: string, options = as(namespace)): Promise<TestNode> => nodes.join(server.url, { namespace }, options);

  /** The first thing that the server says it refuses. */
  async function refusal(connection: NatsConnection, attempt: () => void): Promise<string> {
    const statuses = connection.status();
    attempt();
    for await (const status of statuses) if (status.type === 'error') return status.error.message;
    return 'the connection ended';
  }

  it('joins with a password or an nkey, and with no more than the permissions of its namespace', async () => {
    const a = await join('shop');
    const b = await join('shop', { authenticator: nkeyAuthenticator(till.getSeed()), inboxPrefix: 'shop.reply', tls: { caFile: file('server-cert.pem') } });
    await a.told.whenTold('up', b.id);
    expect(await a.transport.claim('cart')).toBe(a.id);
    expect(await b.transport.claim('cart')).toBe(a.id);
    a.transport.release('cart');
    while ((await b.transport.claim('cart')) !== b.id);
    b.transport.send(a.id, '["hello"]');
    await a.told.log.until(() => a.told.batches.length > 0);
    await b.transport.close();
    await a.told.whenTold('down', b.id);
  });

  it('cannot join another namespace, and says which subject the server denies', async () => {
    const connection = await nodes.connect({ servers: server.url, ...as('shop') });
    await expect(natsTransport(connection, { namespace: 'bank' })).rejects.toThrow(
      "the NATS server does not let this client use '$JS.API.STREAM.INFO.KV_bank', which the namespace 'bank' needs",
    );
  });

  it('says how to connect if replies would come to a subject of all', async () => {
    const connection = await nodes.connect({ servers: server.url, ...as('shop'), inboxPrefix: '_INBOX' });
    await expect(natsTransport(connection, { namespace: 'shop' })).rejects.toThrow(/use '_INBOX\..*', which the namespace 'shop' needs; connect with inboxPrefix: 'shop\.reply'$/);
  });

  it('can neither read nor write another namespace', async () => {
    const victim = await join('bank');
    expect(await victim.transport.claim('vault')).toBe(victim.id);
    const thief = await nodes.connect({ servers: server.url, ...as('shop') });
    const denied = (attempt: () => void): Promise<string> => refusal(thief, attempt);

    expect(await denied(() => void thief.subscribe('bank.>'))).toContain('Permissions Violation for Subscription to "bank.>"');
    expect(await denied(() => void thief.subscribe('$KV.bank.>'))).toContain('Permissions Violation for Subscription');
    for (const subject of [`bank.inbox.${victim.id}`, `$KV.bank.nodes.${victim.id}`, '$JS.API.DIRECT.GET.KV_bank', '$JS.API.STREAM.MSG.GET.KV_bank', '$JS.API.STREAM.CREATE.KV_shop']) {
      expect(await denied(() => thief.publish(subject, 'gone'))).toContain(`Permissions Violation for Publish to "${subject}"`);
    }
    expect(victim.told.log.all).toEqual([]);
  });

  it('is not moved by words of the server that another namespace provoked', async () => {
    const [victim, peer] = [await join('bank'), await join('bank')];
    const thief = await nodes.connect({ servers: server.url, ...as('shop') });
    // The server answers to any reply subject: that nobody is there, or with a message of the thief's own bucket.
    const { length } = victim.told.log.all;
    for (let i = 0; i < 1000; i++) {
      thief.publish('shop.nobody', '', { reply: `bank.echo.${victim.id}.${peer.id}` });
      thief.publish('$JS.API.DIRECT.GET.KV_shop', '{"multi_last":["$KV.shop.>"]}', { reply: `bank.inbox.${victim.id}` });
    }
    await thief.flush();
    peer.transport.send(victim.id, '["real"]');
    await victim.told.log.until(() => victim.told.batches.length > 0);
    expect(victim.told.log.all.slice(length).filter(({ kind }) => kind !== 'up')).toEqual([{ kind: 'batch', from: peer.id, batch: '["real"]' }]);
  });

  it.each([
    ['mute', 'publish'],
    ['deaf', 'subscribe'],
  ])('does not start as a client that is %s', async (_how, what) => {
    const own = await NatsServer.start(`authorization { users: [ { user: shop, password: secret, permissions: { ${what}: { deny: "shop.inbox.>" } } } ] }`);
    try {
      const connection = await nodes.connect({ servers: own.url, user: 'shop', pass: 'secret' });
      const broker = new DistributedMessageBroker(await natsTransport(connection, { namespace: 'shop' }));
      await expect(broker.ready).rejects.toThrow(/^the NATS server does not let this client use 'shop\.inbox\..*', which its namespace needs$/);
      await broker.close();
    } finally {
      await nodes.close();
      await own.close();
    }
  });

  it('refuses a wrong password, and a certificate that nobody has signed', async () => {
    await expect(nodes.connect({ servers: server.url, ...as('shop'), pass: 'guessed' })).rejects.toThrow('Authorization Violation');
    await expect(nodes.connect({ servers: server.url, ...as('shop'), tls: {} })).rejects.toThrow(/self-signed certificate|unable to verify/);
  });

  it('is fenced when its permissions are taken away', async () => {
    const own = await NatsServer.start('authorization { users: [ { user: shop, password: secret } ] }');
    try {
      const node = await nodes.join(own.url, {}, { user: 'shop', pass: 'secret' });
      own.reload('authorization { users: [ { user: shop, password: secret, permissions: { subscribe: { deny: "rx-broker.inbox.>" } } } ] }');
      await node.told.whenFenced();
    } finally {
      await nodes.close();
      await own.close();
    }
  });
});
