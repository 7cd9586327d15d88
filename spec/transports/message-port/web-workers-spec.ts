import { DistributedMessageBroker } from 'rx-broker/distributed';
import { hubTransport, messagePortTransport } from 'rx-broker/transports/message-port';
import { filter, firstValueFrom, lastValueFrom, startWith, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { Counter, counterId } from './counter';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function startWorker(): Worker {
  const worker = new Worker(new URL('./counter-web-worker.ts', import.meta.url), { type: 'module' });
  open.push({ close: () => worker.terminate() });
  return worker;
}

/** A frame of the page, which gets one end of a channel. */
async function startFrame(): Promise<{ frame: HTMLIFrameElement; port: MessagePort }> {
  const frame = document.createElement('iframe');
  frame.srcdoc = `<script type="module" src="${new URL('./counter-frame.ts', import.meta.url).href}"></script>`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  open.push({ close: () => frame.remove() });
  await loaded;
  const { port1, port2 } = new MessageChannel();
  frame.contentWindow!.postMessage('port', '*', [port2]);
  return { frame, port: port1 };
}

async function brokerWithCounter(transport: ConstructorParameters<typeof DistributedMessageBroker>[0]): Promise<DistributedMessageBroker> {
  const broker = new DistributedMessageBroker(transport, { logDeadLetters: false, requestTimeout: 60_000 });
  open.unshift({ close: () => broker.close({ drain: false }) });
  await firstValueFrom(broker.events$.pipe(startWith(undefined), filter(() => broker.isRegistered(counterId))));
  return broker;
}

// Node has no such workers; its threads have a spec of their own.
describe.runIf('document' in globalThis)('a broker in a worker of a browser', () => {
  it('answers, streams, and takes bytes that move', async () => {
    const broker = await brokerWithCounter(messagePortTransport(startWorker(), { transfer: (payload: any) => (payload.bytes === undefined ? [] : [payload.bytes]) }));
    expect(await lastValueFrom(broker.send(counterId, Counter.countTo({ n: 3 })).pipe(toArray()))).toEqual([1, 2, 3]);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await firstValueFrom(broker.send(counterId, Counter.sum({ bytes })))).toBe(6);
    expect(bytes.byteLength).toBe(0);
  });

  it('that hangs fails what is open with NodeUnavailable', async () => {
    const broker = await brokerWithCounter(messagePortTransport(startWorker(), { heartbeat: 200 }));
    await expect(firstValueFrom(broker.send(counterId, Counter.hang()))).rejects.toMatchObject({ code: 'NodeUnavailable', started: 'unknown' });
  });

  it('reaches others through a hub', async () => {
    const hub = hubTransport();
    hub.add(startWorker());
    const { port1, port2 } = new MessageChannel();
    hub.add(port1);
    const broker = await brokerWithCounter(messagePortTransport(port2));
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 4 })))).toBe(8);
    await hub.close();
  });
});

describe.runIf('document' in globalThis)('a broker in a frame of a page', () => {
  it('answers, streams, and takes bytes that move', async () => {
    const { port } = await startFrame();
    const broker = await brokerWithCounter(messagePortTransport(port, { transfer: (payload: any) => (payload.bytes === undefined ? [] : [payload.bytes]) }));
    expect(await lastValueFrom(broker.send(counterId, Counter.countTo({ n: 3 })).pipe(toArray()))).toEqual([1, 2, 3]);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await firstValueFrom(broker.send(counterId, Counter.sum({ bytes })))).toBe(6);
    expect(bytes.byteLength).toBe(0);
  });

  it('fails what is open with NodeUnavailable when the frame is removed', async () => {
    const { frame, port } = await startFrame();
    const broker = await brokerWithCounter(messagePortTransport(port, { heartbeat: 200 }));
    const waiting = firstValueFrom(broker.send(counterId, Counter.wait()));
    expect(await firstValueFrom(broker.send(counterId, Counter.double({ n: 4 })))).toBe(8);
    frame.remove();
    await expect(waiting).rejects.toMatchObject({ code: 'NodeUnavailable', started: 'unknown' });
  });
});
