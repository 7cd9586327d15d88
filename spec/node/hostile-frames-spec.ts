import { type ActorId, actorId } from 'rx-broker';
import { DistributedMessageBroker, type DistributedOptions, type Transport, type TransportListener } from 'rx-broker/distributed';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { quiet } from '../distributed/setup';
import { numbers } from '../hostile/random-order';
import { heap } from './garbage';

/** How many. They take half a minute; HOSTILE_FRAMES asks for fewer. */
const COUNT = Number(process.env['HOSTILE_FRAMES'] ?? 1_000_000);
/** The frames of one batch. */
const FRAMES = 10;
/** How many batches are made. They are sent again and again, under other numbers. */
const MADE = 2_000;
/** Bytes. A frame that is kept takes more than 50. */
const NOTHING = 3_000_000;

/** A node that is played by hand, and the broker under attack. */
class Attack {
  readonly scheduler = new VirtualTimeScheduler();
  readonly broker: DistributedMessageBroker;
  /** The frames that came back since they were looked at. */
  answers: unknown[][] = [];
  listener!: TransportListener;
  #seq = 0;
  #seen = 0;

  constructor(options: DistributedOptions = {}) {
    const transport: Transport = {
      nodeId: 'target',
      maxBatch: 1_048_576,
      structured: false,
      start: (listener) => {
        this.listener = listener;
        return Promise.resolve();
      },
      send: (_to, batch) => {
        const [seq, , ...frames] = JSON.parse(batch as string) as [number, number, ...unknown[][]];
        this.#seen = Math.max(this.#seen, seq);
        this.answers.push(...frames);
        return true;
      },
      claim: () => Promise.resolve('target'),
      release: () => {},
      close: () => Promise.resolve(),
    };
    this.broker = new DistributedMessageBroker(transport, { scheduler: this.scheduler, logger: quiet, logDeadLetters: false, ...options });
    this.listener.up('hostile');
  }

  /** Sends frames, written as JSON, in the next batch of the link. */
  frames(written: string): void {
    this.listener.batch('hostile', `[${++this.#seq},${this.#seen},${written}]`);
  }

  /** Lets happen what is due, and forgets the answers. */
  pass(): unknown[][] {
    this.scheduler.maxFrames = this.scheduler.frame + 1_000;
    this.scheduler.schedule(() => {}, 1_000);
    this.scheduler.flush();
    return this.answers.splice(0);
  }

  async badFrames(): Promise<number> {
    // The node that is played by hand is not asked for its metrics once it has gone.
    this.listener.down('hostile');
    return (await this.broker.clusterMetrics()).badFrames;
  }
}

const hello = JSON.stringify(['hello', 1, 1, 'hostile', '']);
const echo = actorId<any>('echo') as ActorId;

/** Frames as a friendly node sends them, about few names: what they say may be kept. */
const FRIENDLY: readonly unknown[][] = [
  ['tell', 'echo', 1, 0, ['j', { a: 1 }]],
  ['tell', 'nobody', 1, { headers: { a: 'b' }, ttl: 5, sender: 'x' }, ['j', 1]],
  ['ask', 7, 'echo', 1, 50, { path: [['a', 'b']] }, ['j', { a: [1, 2] }]],
  ['offer', 8, 'echo', 3, null, 0, ['d', '[{"a":1},2]']],
  ['cancel', 7],
  ['value', 3, ['j', 1]],
  ['next', 3, ['d', '[[1],"x"]']],
  ['complete', 3],
  ['failed', 3, 'Timeout', 1, 'a', 'text'],
  ['error', 3, 'Error', 'text', 'CODE'],
  ['broadcast', 1, 100, 0, 40, ['echo', 'nobody'], true, ['j', 'all']],
  ['publish', 'a.b', 1, 0, ['echo'], [3, 'hostile'], true, ['j', 'published']],
  ['retained', 'a.b', [3, 'hostile'], ['j', 'kept']],
  ['clear', 'a.b', [4, 'hostile']],
  ['registered', 'remote', false, ['a.*']],
  ['gone', 'remote'],
  ['closed', 'remote'],
  ['bind', 'a.>', 'remote'],
  ['unbind', 'a.>', 'remote'],
  ['interest', 'a.*', true],
  ['measured', 9, { pending: 1, failedBy: {} }, 0],
  ['synced'],
];

/** What is put in the place of something, written as JSON. */
const HOSTILE: readonly string[] = [
  ...['null', 'true', '-1', '0.5', '1e308', '9007199254740993', '""', '"__proto__"', '"constructor"', '">"', '"a..b"', '[]', '{}', '[[]]', '["j"]', '["x",1]'],
  ...['{"__proto__":{"polluted":1}}', '["j",{"__proto__":{"polluted":1}}]', '["d","[{\\"__proto__\\":1}]"]', '["d","[[-7,4294967295]]"]', '["d","[[0]]"]', '["d","["]'],
  ...['{"headers":{"a":5}}', '{"path":[[1,2]]}', '{"unknown":1}', `"${'x'.repeat(5_000)}"`, `${'['.repeat(2_000)}${']'.repeat(2_000)}`, `["j",${'['.repeat(2_000)}${']'.repeat(2_000)}]`],
];

/** Frames that no node of any version sends. Each counts as one. */
const BAD: readonly string[] = [
  ...['null', '5', '"tell"', '{}', '[]', '[5]', '["unknown",1]', '["__proto__"]', '["toString"]', '["tell"]', '["tell","echo",1,0]', '["tell","echo",4,0,["j",1]]'],
  ...['["ask",0,"echo",1,null,0,["j",1]]', '["ask",1,"echo",1,-5,0,["j",1]]', '["tell","",1,0,["j",1]]', '["tell","echo",1,{"ttl":"x"},["j",1]]', '["registered","a",false,["a..b"]]'],
  ...['["tell","echo",1,0,["x",1]]', '["tell","echo",1,0,["j",{"__proto__":1}]]', '["failed",1,"NoSuchCode",1,"",""]', `["tell","${'x'.repeat(5_000)}",1,0,["j",1]]`, hello],
];

/** Frames with one or two parts replaced, left out, doubled, or swapped, and some that are left as they are. */
function mutate(pick: (below: number) => number): string {
  if (pick(4) === 0) return BAD[pick(BAD.length)]!;
  const parts = FRIENDLY[pick(FRIENDLY.length)]!.map((part) => JSON.stringify(part));
  for (let changes = pick(3); changes > 0; changes--) {
    const at = pick(parts.length);
    switch (pick(5)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(at, 0, parts[at]!);
        break;
      case 2:
        [parts[at], parts[0]] = [parts[0]!, parts[at]!];
        break;
      default:
        parts[at] = HOSTILE[pick(HOSTILE.length)]!;
    }
  }
  return `[${parts.filter((part) => part !== undefined).join(',')}]`;
}

/** Batches that are none: cut, made up, or of another form. */
const NO_BATCHES: readonly unknown[] = [
  ...[undefined, null, 5, true, {}, [], [1, 2], () => {}, new Uint8Array([1]), Symbol('x'), '', '[', 'null', '{}', '[]', '[1]', '["1",2]', '[-1,0]', '[0.5,0]', '[1e999,0]'],
  ...[`[7777,0,${hello}`, '['.repeat(100_000), '[9007199254740993,0]', 'x'.repeat(2 * 1_048_576)],
];

describe('a link, given hostile frames', () => {
  it(`throws nothing, keeps nothing and goes on after ${COUNT}`, async () => {
    const attack = new Attack();
    let errors = 0;
    attack.broker.spawn(echo, (message) => message, { capacity: 100 });
    attack.broker.events$.subscribe({ error: () => errors++ });
    attack.frames(`${hello},["synced"]`);
    const pick = numbers(7);
    const batches = Array.from({ length: MADE }, () => Array.from({ length: FRAMES }, () => mutate(pick)).join(','));
    const run = (count: number): void => {
      for (let sent = 0; sent < count; sent += FRAMES) {
        attack.frames(batches[(sent / FRAMES) % MADE]!);
        if (sent % 1_000 === 0) attack.pass();
      }
      attack.pass();
    };
    run(20_000);
    const before = heap();
    run(COUNT);
    expect(heap() - before).toBeLessThan(NOTHING);
    attack.frames('["ask",5000,"echo",1,1000,0,["j",{"still":"there"}]]');
    expect(attack.pass()).toContainEqual(['value', 5_000, ['j', { still: 'there' }]]);
    expect(errors).toBe(0);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
    expect(await attack.badFrames()).toBeGreaterThan(COUNT / 4);
  });

  it('counts each that it cannot read, once', async () => {
    const attack = new Attack();
    attack.frames(`${hello},["synced"]`);
    for (const frame of BAD) attack.frames(frame);
    for (const batch of NO_BATCHES) attack.listener.batch('hostile', batch);
    expect(await attack.badFrames()).toBe(BAD.length + NO_BATCHES.length);
  });

  it.each([
    ['of another namespace', ['hello', 1, 1, 'hostile', 'another']],
    ['of a later version alone', ['hello', 9, 8, 'hostile', '']],
    ['that has not said hello', ['synced']],
  ])('takes nothing from a node %s', (_what, first) => {
    const attack = new Attack();
    const got: unknown[] = [];
    attack.broker.spawn(echo, (message) => void got.push(message));
    attack.frames(JSON.stringify(first));
    attack.frames('["tell","echo",1,0,["j",1]],["registered","theirs",false,[]],["ask",1,"echo",1,null,0,["j",1]]');
    expect(attack.pass().every(([kind]) => kind === 'hello')).toBe(true);
    expect(got).toEqual([]);
    expect(attack.broker.isRegistered(actorId('theirs'))).toBe(false);
  });

  it('passes over batches of a node that is not there', async () => {
    const attack = new Attack();
    attack.broker.spawn(echo, () => {});
    for (const batch of [`[1,0,${hello}]`, '[2,0,["tell","echo",1,0,["j",1]]]', null]) attack.listener.batch('stranger', batch);
    expect(attack.broker.metrics().totalSent).toBe(0);
    expect(await attack.badFrames()).toBe(0);
  });
});
