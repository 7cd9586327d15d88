import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ServiceBroker } from 'moleculer';
import { type TimedWork, againstTheClock } from '../harness/wall-clock';
import type { Case, Part } from '../harness/part';
import { type Ask, asks, oneByOne, tells } from '../workloads/asking';
import type { Ends } from '../workloads/nats-ends';
import { ours, overNats, tellsOfOurs } from './nats';

/** Two nodes of Moleculer on the same server: this process, and another one of its own. */
interface MoleculerEnds {
  readonly broker: ServiceBroker;
  counted(): Promise<number>;
}

async function withMoleculer<T>({ url }: Ends, use: (ends: MoleculerEnds) => Promise<T>): Promise<T> {
  const far = await startFar(url);
  const broker = new ServiceBroker({ nodeID: 'near', transporter: url, logger: false });
  await broker.start();
  await broker.waitForServices('echo');
  const counted = async (): Promise<number> => {
    const answer = once(far, 'message');
    far.send('count');
    return ((await answer) as [number])[0];
  };
  try {
    return await use({ broker, counted });
  } finally {
    far.kill('SIGKILL');
    await broker.stop();
  }
}

async function startFar(url: string): Promise<ChildProcess> {
  const far = fork(fileURLToPath(new URL('../workloads/moleculer-far-side.ts', import.meta.url)), [url], { execArgv: ['--import', 'tsx'] });
  await once(far, 'message');
  return far;
}

const call =
  ({ broker }: MoleculerEnds): Ask =>
  (n, end) =>
    void broker.call<{ n: number }, { n: number }>('echo.ask', { n }).then((reply) => end(reply.n));

/** Ours and Moleculer's, interleaved in one run: two rows. The ratio says how many times ours the other's is. */
function beside(work: string, oursOf: (ends: Ends) => TimedWork, theirsOf: (ends: MoleculerEnds) => TimedWork): Case {
  return overNats(1, (ends, bench) =>
    withMoleculer(ends, async (theirs) => {
      const measure = await againstTheClock(bench, { work, ours: theirsOf(theirs), floor: oursOf(ends) });
      return [{ work, subject: 'rx-broker', value: measure.floor?.value, unit: 'ns' }, { ...measure, subject: 'moleculer' }];
    }),
  );
}

function askBeside(work: string, workOf: (name: string, ask: Ask) => TimedWork): Case {
  return beside(work, (ends) => workOf('rx-broker', ours(ends)), (ends) => workOf('moleculer', call(ends)));
}

export const natsPeers: Part = {
  title: 'Over NATS, beside another',
  about: 'Moleculer with its own transporter for NATS, on the same server in the same run. In brackets how many times ours.',
  cases: {
    ask: askBeside('ask, one at a time (p50)', (name, ask) => oneByOne(name, ask, 300)),
    ask64: askBeside('ask, 64 in flight', (name, ask) => asks(name, ask, 64, 5000)),
    ask1024: askBeside('ask, 1,024 in flight', (name, ask) => asks(name, ask, 1024, 10_000)),
    tell: beside('tell', tellsOfOurs, ({ broker, counted }) => tells('emit', counted, (n) => (void broker.emit('sink', { n }), true), 20_000)),
  },
};
