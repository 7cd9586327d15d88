import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let receiver: Receiver;
/** What a failing spec may have left running. */
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhook-service-'));
  receiver = await startReceiver();
  await build({
    entryPoints: [join(root, 'spec/examples/service.ts')],
    outfile: join(folder, 'service.mjs'),
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'es2022' },
  });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  receiver.close();
  await rm(folder, { recursive: true });
});

describe('a service that is told to stop', () => {
  it('is no longer ready, delivers what is queued, and loses nothing', async () => {
    const service = await start();
    const ids = await service.post(5);
    await receiver.has(1);
    service.signal();
    await service.isClosing();
    expect(await service.send()).toBe(503);
    receiver.release();
    expect(await service.ended).toEqual({ code: 0, accepted: 5, delivered: 5, lost: 0 });
    expect(receiver.taken()).toEqual(ids);
  });

  it('still takes what comes while a load balancer may not know yet', async () => {
    const service = await start({ GRACE_MS: '600000' });
    service.signal();
    await service.isNotReady();
    receiver.release();
    expect(await service.send()).toBe(202);
    await receiver.has(1);
    service.signal();
    expect(await service.ended).toMatchObject({ accepted: 1 });
  });

  it('ends at once when it is told a second time, and counts and keeps what is lost', async () => {
    const service = await start();
    await service.post(5);
    await receiver.has(1);
    service.signal();
    await service.isNotReady();
    service.signal();
    expect(await service.ended).toEqual({ code: 1, accepted: 5, delivered: 0, lost: 5 });
    expect(await service.lost()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('ends when its time to drain is over, and counts and keeps what is lost', async () => {
    const service = await start({ DRAIN_MS: '100' });
    await service.post(3);
    await receiver.has(1);
    receiver.release(1);
    await receiver.has(2);
    service.signal();
    expect(await service.ended).toEqual({ code: 1, accepted: 3, delivered: 1, lost: 2 });
    expect(await service.lost()).toEqual(['1', '2']);
  });

  it('has its numbers for a scraper until it ends', async () => {
    const service = await start();
    expect(await service.metrics()).toMatch(/^rx_broker_pending \d+$/m);
    service.signal();
    await service.ended;
  });
});

interface Service {
  /** Sends so many webhooks, with the bodies '0', '1', …; answers their ids. */
  post(count: number): Promise<string[]>;
  /** Sends one; answers the status. */
  send(): Promise<number>;
  signal(): void;
  isNotReady(): Promise<void>;
  /** Its grace is over, too: it takes nothing more. */
  isClosing(): Promise<void>;
  metrics(): Promise<string>;
  /** The bodies in the file of what was lost. */
  lost(): Promise<string[]>;
  readonly ended: Promise<{ code: number | null; accepted: number; delivered: number; lost: number }>;
}

/** Starts the service as a process, with one delivery at a time and no grace. */
async function start(env: NodeJS.ProcessEnv = {}): Promise<Service> {
  receiver.reset();
  const file = join(await mkdtemp(join(folder, 'lost-')), 'lost.jsonl');
  const child = spawn(process.execPath, [join(folder, 'service.mjs')], {
    env: { ...process.env, PORT: '0', CONCURRENCY: '1', GRACE_MS: '0', LOST_FILE: file, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: { text: string; details: [any] }[] = [];
  const ready = new Promise<number>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(JSON.parse(line));
      if (lines.at(-1)!.text === 'ready') resolve(lines.at(-1)!.details[0].port);
    });
  });
  const ended = once(child, 'close').then(([code]) => ({ code, ...lines.find(({ text }) => text === 'ended')?.details[0] }));
  const home = `http://localhost:${await ready}`;
  const post = (body: string): Promise<Response> => fetch(`${home}/webhooks`, { method: 'POST', body: JSON.stringify({ url: receiver.url, body }) });
  return {
    ended,
    async post(count) {
      const ids: string[] = [];
      for (let n = 0; n < count; n++) ids.push(await (await post(String(n))).text());
      return ids;
    },
    send: async () => (await post('late')).status,
    signal: () => void child.kill('SIGTERM'),
    async isNotReady() {
      while ((await fetch(`${home}/ready`)).status !== 503);
    },
    async isClosing() {
      while ((await (await fetch(`${home}/ready`)).text()) !== 'closing');
    },
    metrics: async () => (await fetch(`${home}/metrics`)).text(),
    lost: async () => (await readFile(file, 'utf8')).trim().split('\n').map((line) => (JSON.parse(line) as { body: string }).body),
  };
}

interface Receiver {
  readonly url: string;
  /** Resolves when so many webhooks have come. */
  has(count: number): Promise<void>;
  /** Answers so many of them, by default those that are still to come, too. */
  release(count?: number): void;
  /** The ids of the webhooks that were answered, in order. */
  taken(): string[];
  reset(): void;
  close(): void;
}

/** Where webhooks go: it answers when the spec says so. */
async function startReceiver(): Promise<Receiver> {
  const held: (() => void)[] = [];
  const ids: string[] = [];
  let [count, isOpen] = [0, false];
  let wanted = { count: Infinity, tell: (): void => undefined };
  const answer = (id: string, response: ServerResponse): void => {
    ids.push(id);
    response.end();
  };
  const server: Server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    if (isOpen) answer(id, response);
    else held.push(() => answer(id, response));
    if (++count >= wanted.count) wanted.tell();
  });
  server.listen(0);
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    has: (least) =>
      new Promise((resolve) => {
        if (count >= least) resolve();
        else wanted = { count: least, tell: resolve };
      }),
    release(most = Infinity) {
      isOpen = most === Infinity;
      for (const answerOne of held.splice(0, most)) answerOne();
    },
    taken: () => ids,
    reset() {
      held.length = ids.length = count = 0;
      isOpen = false;
    },
    close: () => void server.close(),
  };
}
