import prettyBytes from 'pretty-bytes';
import type { Measure } from '../harness/measure';
import type { Bench, Part } from '../harness/part';
import { heapUsed } from '../harness/retained';
import { count } from '../workloads/growth';
import { MixedTraffic } from '../workloads/mixed-traffic';

const messagesOf = { full: 50e6, short: 2e6 } as const;
/** Messages that teach the engine and fill bounded queues, before the heap is read. */
const warmUpOf = { full: 5e6, short: 1e6 } as const;
/** Cycles between two looks at the event loop: timeouts and promises need their turn. */
const stretch = 50;
/** Bytes by which one reading differs from the next. An object left behind by every thousandth of 50 M messages is more. */
const tolerance = 500_000;

async function send(traffic: MixedTraffic, messages: number, onProgress: (sent: number) => void): Promise<void> {
  const start = traffic.sent;
  let told = performance.now();
  for (let sent = 0; sent < messages; sent = traffic.sent - start) {
    for (let cycle = 0; cycle < stretch; cycle++) traffic.cycle();
    await new Promise(setImmediate);
    if (performance.now() - told < 1000) continue;
    told = performance.now();
    onProgress(sent);
  }
  await traffic.settled();
  traffic.check();
}

async function soakFor(bench: Bench): Promise<Measure[]> {
  const messages = messagesOf[bench.effort];
  const traffic = new MixedTraffic();
  bench.progress('warming up');
  await send(traffic, warmUpOf[bench.effort], () => undefined);
  const before = heapUsed();
  const start = performance.now();
  const from = traffic.sent;
  await send(traffic, messages, (sent) => {
    bench.progress(`${count(Math.floor(sent / 1e5) / 10)} of ${count(messages / 1e6)} M messages, heap ${prettyBytes(process.memoryUsage().heapUsed)}`);
  });
  const sent = traffic.sent - from;
  const ns = ((performance.now() - start) * 1e6) / sent;
  const after = heapUsed();
  const kept = after - before;
  const readings = `${prettyBytes(before)} before, ${prettyBytes(after)} after`;
  if (kept > tolerance) throw new Error(`${count(sent)} messages have left ${prettyBytes(kept)} on the heap: ${readings}.`);
  return [
    { work: `heap kept after ${(sent / 1e6).toFixed(1)} M messages`, subject: 'rx-broker', value: kept, unit: 'bytes', note: readings },
    { work: 'a message of the mix', subject: 'rx-broker', value: ns, unit: 'ns', note: 'everything included' },
  ];
}

export const soak: Part = {
  title: 'Soak',
  about: 'trySend, send, broadcast, publish, cancels, timeouts, refusals, dead letters, actors that come and go: all mixed, for long.',
  cases: { mixed: soakFor },
};
