import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { inBound } from './bounds';
import { describeWithServer } from './describe-with-server';
import { NatsNodes } from './nats-nodes';
import { NodeProcess } from './node-process';
import { onServer } from './on-server';

describeWithServer('the claims of natsTransport', () => {
  const nodes = new NatsNodes();
  const server = onServer(NodeProcess.all, nodes);

  /** The keys of a namespace's claims that the server has, without marks of what was erased. */
  async function claimsOf(namespace: string): Promise<number> {
    const connection = await nodes.connect({ servers: server.url });
    const { streams } = await jetstreamManager(connection);
    const { state } = await streams.info(`KV_${namespace}`, { subjects_filter: `$KV.${namespace}.actors.*` });
    const messages = await Promise.all(Object.keys(state.subjects ?? {}).map((subject) => streams.getMessage(`KV_${namespace}`, { last_by_subj: subject })));
    return messages.filter((message) => message?.string() !== '').length;
  }

  it('has one owner for each of 300 ids that two processes and this one claim at once', async () => {
    const others = await Promise.all([NodeProcess.start(server.url), NodeProcess.start(server.url)]);
    const { transport, id: own } = await nodes.join(server.url);
    const ids = Array.from({ length: 300 }, (_, i) => `raced/ä ${i}`);
    const claims = ids.map((id) => Promise.all([transport.claim(id), ...others.map((other) => other.claim(id))]));
    const owners = await Promise.all(claims);
    for (const answers of owners) expect(new Set(answers).size).toBe(1);
    expect([own, ...others.map(({ id }) => id)]).toEqual(expect.arrayContaining([...new Set(owners.flat())]));
  });

  it('takes any text for an id, and tells ids apart', async () => {
    const { transport, id } = await nodes.join(server.url);
    const other = await nodes.join(server.url);
    for (const claimed of ['a.b', 'a b', '*', '>', '😀', 'ÿ>?', 'a'.repeat(2000)]) expect(await transport.claim(claimed)).toBe(id);
    expect(await other.transport.claim('a')).toBe(other.id);
    expect(await other.transport.claim('*')).toBe(id);
  });

  it('tells ids apart that are longer than a subject can be', async () => {
    const [a, b] = [await nodes.join(server.url), await nodes.join(server.url)];
    const long = 'ä'.repeat(100_000);
    expect(await a.transport.claim(`${long} 1`)).toBe(a.id);
    expect(await b.transport.claim(`${long} 1`)).toBe(a.id);
    expect(await b.transport.claim(`${long} 2`)).toBe(b.id);
  });

  it('gives an id that was released to the next one, and back, and keeps the order of one node', async () => {
    const [a, b] = [await nodes.join(server.url), await nodes.join(server.url)];
    for (let i = 0; i < 20; i++) {
      const owners = [a.transport.claim('ball')];
      a.transport.release('ball');
      owners.push(a.transport.claim('ball'));
      expect(await Promise.all(owners)).toEqual([a.id, a.id]);
      expect(await b.transport.claim('ball')).toBe(a.id);
      a.transport.release('ball');
      // The release is on its way.
      while ((await b.transport.claim('ball')) !== b.id);
      b.transport.release('ball');
      while ((await a.transport.claim('ball')) !== a.id);
      a.transport.release('ball');
    }
  });

  it('takes over the claim of a node that was killed, and never that of a living one', async () => {
    const [killed, living] = await Promise.all([NodeProcess.start(server.url, { lease: 60_000 }), NodeProcess.start(server.url, { lease: 60_000 })]);
    const { transport, told, id } = await nodes.join(server.url, { lease: 60_000 });
    await killed.claim('orphan');
    await living.claim('kept');
    expect(await transport.claim('orphan')).toBe(killed.id);
    await killed.kill();
    await told.whenTold('down', killed.id);
    expect(await transport.claim('orphan')).toBe(id);
    expect(await transport.claim('kept')).toBe(living.id);
  });

  it('forgets the claims of a killed node without anyone asking for them', async () => {
    const namespace = 'swept';
    const killed = await NodeProcess.start(server.url, { lease: 60_000, namespace });
    const { transport, told } = await nodes.join(server.url, { lease: 60_000, namespace });
    await Promise.all(Array.from({ length: 700 }, (_, i) => killed.claim(`${i}`)));
    await transport.claim('own');
    expect(await claimsOf(namespace)).toBe(701);
    await killed.kill();
    await told.whenTold('down', killed.id);
    while ((await claimsOf(namespace)) !== 1);
  });

  it('waits for a node that may be dead: a process that was killed and starts again has its ids back', async () => {
    const namespace = 'restarted';
    const killed = await NodeProcess.start(server.url, { lease: 60_000, namespace });
    await killed.claim('a');
    await killed.kill();
    const back = await nodes.join(server.url, { lease: 60_000, namespace });
    // The killed one counts as alive until its inbox has had no subscriber for a while.
    expect(await inBound(5000, back.transport.claim('a'))).toBe(back.id);
    expect(await claimsOf(namespace)).toBe(1);
  });

  it('does not wait for a node that lives, though it has just joined', async () => {
    const [a, b] = await Promise.all([nodes.join(server.url, { lease: 60_000 }), nodes.join(server.url, { lease: 60_000 })]);
    await a.transport.claim('new');
    expect(await inBound(1000, b.transport.claim('new'))).toBe(a.id);
  });

  it('waits no longer than the lease for a node that is stopped, and rejects when it leaves meanwhile', async () => {
    const stopped = await NodeProcess.start(server.url, { lease: 5000 });
    await stopped.claim('stuck');
    stopped.signal('SIGSTOP');
    const [waiting, leaving] = await Promise.all([nodes.join(server.url, { lease: 60_000 }), nodes.join(server.url, { lease: 60_000 })]);
    const given = leaving.transport.claim('stuck');
    const refused = expect(given).rejects.toThrow('has left the cluster');
    await leaving.transport.close();
    await refused;
    expect(await inBound(5000 + 2000, waiting.transport.claim('stuck'))).toBe(waiting.id);
  });

  it('releases what it holds when it leaves', async () => {
    const namespace = 'left';
    const { transport } = await nodes.join(server.url, { namespace });
    await Promise.all(Array.from({ length: 1000 }, (_, i) => transport.claim(`${i}`)));
    await transport.close();
    expect(await claimsOf(namespace)).toBe(0);
    await expect(transport.claim('late')).rejects.toThrow('this node has left the cluster');
  });

  it('knows nothing of another namespace', async () => {
    const [a, b] = [await nodes.join(server.url, { namespace: 'one' }), await nodes.join(server.url, { namespace: 'two' })];
    expect(await a.transport.claim('same')).toBe(a.id);
    expect(await b.transport.claim('same')).toBe(b.id);
    expect(a.transport.send(b.id, '[]')).toBe(false);
    expect([...a.told.log.all, ...b.told.log.all]).toEqual([]);
  });
});
