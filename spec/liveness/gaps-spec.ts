import { describe, expect, it } from 'vitest';
import { setup } from '../broker/setup';
import { MOST, PingPong } from './ping-pong';
import { PoliteLoop } from './polite-loop';

/** Rounds of all that is compared, one after the other, so that a busy machine disturbs all alike. */
const ROUNDS = 5;
/** How often something is waited for in a round. */
const TIMES = 10;

type Request = (call: () => void) => unknown;

/** Milliseconds from one call of `request` to the next. */
function gapsOf(request: Request): Promise<number[]> {
  return new Promise((resolve) => {
    const gaps: number[] = [];
    let before = performance.now();
    const call = (): void => {
      const now = performance.now();
      gaps.push(now - before);
      before = now;
      if (gaps.length < TIMES) request(call);
      else resolve(gaps);
    };
    request(call);
  });
}

async function besidePingPong(request: Request): Promise<number[]> {
  const { broker } = setup();
  const play = new PingPong(MOST);
  const gaps = gapsOf(request);
  play.start(broker);
  const seen = await gaps;
  expect(play.isOver).toBe(false);
  play.stop();
  await broker.close();
  return seen;
}

async function besidePoliteLoop(request: Request): Promise<number[]> {
  const loop = new PoliteLoop();
  const gaps = gapsOf(request);
  loop.start();
  const seen = await gaps;
  loop.stop();
  return seen;
}

/** Three of four gaps are no longer: what the machine does now and then is left out. */
function upperQuartile(gaps: readonly number[]): number {
  return [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length * 0.75)]!;
}

/** How long one waits beside two actors that play, by how long one waits beside a loop that gives way every 10 ms. */
async function ratio(request: Request): Promise<number> {
  const playing: number[] = [];
  const polite: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    playing.push(...(await besidePingPong(request)));
    polite.push(...(await besidePoliteLoop(request)));
  }
  expect(playing).toHaveLength(ROUNDS * TIMES);
  return upperQuartile(playing) / upperQuartile(polite);
}

describe('beside two actors that ping-pong for ever', () => {
  // Their slices are half as long, and a frame waits for the next one in any case.
  it('a timer of 1 ms comes no later than beside a loop that gives way every 10 ms (D4)', async () => {
    await expect(ratio((call) => setTimeout(call, 1))).resolves.toBeLessThan(1.5);
  });

  const hasFrames = typeof requestAnimationFrame === 'function';
  if (!hasFrames) console.log('Liveness: frames are skipped, as Node has none. npm run test:browser looks at them.');
  it.runIf(hasFrames)('frames come no later than beside a loop that gives way every 10 ms (D4)', async () => {
    await expect(ratio((call) => requestAnimationFrame(call))).resolves.toBeLessThan(2);
  });
});
