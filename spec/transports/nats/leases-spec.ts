import { expect, it } from 'vitest';
import { inBound } from './bounds';
import { describeWithServer } from './describe-with-server';
import { NatsNodes } from './nats-nodes';
import { NodeProcess } from './node-process';
import { onServer } from './on-server';

/** Short, so that its end comes soon. */
const SHORT = { lease: 3000 };
/** For the node that looks on. */
const LONG = { lease: 60_000 };

describeWithServer('the lease of natsTransport', () => {
  const nodes = new NatsNodes();
  const server = onServer(NodeProcess.all, nodes);

  const start = (options = SHORT): Promise<NodeProcess> => NodeProcess.start(server.url, options);

  it('does not keep a killed node alive: nobody listens to its inbox', async () => {
    const killed = await start({ lease: 60_000 });
    const { told } = await nodes.join(server.url);
    await told.whenTold('up', killed.id);
    await killed.kill();
    await inBound(5000, told.whenTold('down', killed.id));
  });

  it('ends while a node is stopped, and fences it before it handles another batch', async () => {
    const stopped = await start();
    const { transport, told, id } = await nodes.join(server.url, LONG);
    await stopped.claim('owned');
    stopped.signal('SIGSTOP');
    expect(transport.send(stopped.id, '["in time?"]')).toBe(true);
    await told.whenTold('down', stopped.id);
    expect(await transport.claim('owned')).toBe(id);

    stopped.signal('SIGCONT');
    await stopped.whenTold(({ kind }) => kind === 'fenced');
    expect(stopped.told.filter(({ kind }) => kind === 'batch')).toEqual([]);
    expect(await stopped.claim('owned')).toContain('has left the cluster');
  });

  it('survives a stop that is shorter', async () => {
    const stopped = await start({ lease: 60_000 });
    const { transport, told } = await nodes.join(server.url);
    await told.whenTold('up', stopped.id);
    stopped.signal('SIGSTOP');
    transport.send(stopped.id, '["kept"]');
    const { connection } = await nodes.join(server.url);
    await connection.flush();
    stopped.signal('SIGCONT');
    await stopped.whenTold(({ kind }) => kind === 'batch');
    expect(stopped.told.map(({ kind }) => kind)).not.toContain('fenced');
  });

  it('ends while the event loop of a node is blocked', async () => {
    const blocked = await start();
    const { transport, told } = await nodes.join(server.url, LONG);
    await told.whenTold('up', blocked.id);
    const answer = blocked.ask('block', 5000);
    await told.whenTold('down', blocked.id);
    expect(transport.send(blocked.id, '["late"]')).toBe(false);
    await answer;
    await blocked.whenTold(({ kind }) => kind === 'fenced');
    expect(blocked.told.filter(({ kind }) => kind === 'batch')).toEqual([]);
  });

  it('ends for a node whose connection was closed', async () => {
    const [a, b] = [await nodes.join(server.url, SHORT), await nodes.join(server.url, SHORT)];
    await a.told.whenTold('up', b.id);
    await b.connection.close();
    await b.told.whenFenced();
    expect(b.told.log.all.slice(-2)).toEqual([{ kind: 'connected', isUp: false }, { kind: 'fenced' }]);
    expect(b.transport.send(a.id, '[]')).toBe(false);
    await a.told.whenTold('down', b.id);
  });

  it('ends for a node that another one has declared gone', async () => {
    const { transport, told, id, connection } = await nodes.join(server.url, { ...SHORT, namespace: 'declared' });
    connection.publish(`$KV.declared.nodes.${id}`, 'gone');
    await told.whenFenced();
    await expect(transport.claim('a')).rejects.toThrow('has left the cluster');
  });

  it('returns as another node when a process of the same name starts again', async () => {
    const killed = await NodeProcess.start(server.url, { ...SHORT, name: 'till' });
    const { told } = await nodes.join(server.url, SHORT);
    await told.whenTold('up', killed.id);
    await killed.kill();
    const back = await nodes.join(server.url, { ...SHORT, name: 'till' });
    expect(killed.id).toMatch(/^till-/);
    expect(back.id).toMatch(/^till-/);
    await Promise.all([told.whenTold('up', back.id), told.whenTold('down', killed.id)]);
    expect(told.log.all.filter((each) => each.kind === 'down')).toEqual([{ kind: 'down', node: killed.id }]);
  });
});
