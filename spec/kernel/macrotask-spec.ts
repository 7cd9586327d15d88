import { afterEach, describe, expect, it, vi } from 'vitest';
import { macrotask } from '../../src/kernel/macrotask';

/** Replaces a source of macrotasks by one that keeps the work, as fake timers do. */
function replace(name: 'setImmediate' | 'setTimeout'): (() => void)[] {
  const kept: (() => void)[] = [];
  vi.stubGlobal(name, (work: () => void) => void kept.push(work));
  return kept;
}

/** A channel that delivers at once, and the sources of the messages it was asked for. */
function replaceChannel(): string[] {
  const asked: string[] = [];
  class Channel {
    readonly port1 = { onmessage: (): void => undefined, close: (): void => void asked.push('closed') };
    readonly port2 = {
      postMessage: (): void => {
        asked.push('posted');
        this.port1.onmessage();
      },
    };
  }
  vi.stubGlobal('MessageChannel', Channel);
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a macrotask', () => {
  it('runs once, although a source that was replaced may run it late, or never (D4)', () => {
    const kept = replace('setImmediate');
    const asked = replaceChannel();
    let runs = 0;
    macrotask(() => runs++);
    expect([runs, asked]).toEqual([1, ['posted', 'closed']]);
    for (const work of kept) work();
    expect(runs).toBe(1);
  });

  it('asks no other source if one is certain (D4)', async () => {
    const asked = replaceChannel();
    if (typeof setImmediate === 'function') {
      await new Promise<void>((resolve) => macrotask(resolve));
      expect(asked).toEqual([]);
    }
    vi.stubGlobal('setImmediate', undefined);
    const kept = replace('setTimeout');
    await new Promise<void>((resolve) => macrotask(resolve));
    expect([asked, kept]).toEqual([['posted', 'closed'], []]);
  });

  it('keeps the zone of its caller where the source does not (S7)', () => {
    vi.stubGlobal('setImmediate', undefined);
    replaceChannel();
    const seen: unknown[] = [];
    const wrap = (work: () => void, source: string) => () => {
      seen.push(source);
      work();
    };
    vi.stubGlobal('Zone', { current: { wrap } });
    macrotask(() => seen.push('ran'));
    expect(seen).toEqual(['rx-broker', 'ran']);
  });

  it('asks a MessageChannel, also where there is a Zone of another kind', () => {
    vi.stubGlobal('setImmediate', undefined);
    const asked = replaceChannel();
    for (const zone of [{}, { current: {} }]) {
      vi.stubGlobal('Zone', zone);
      macrotask(() => asked.push('ran'));
    }
    expect(asked).toEqual(['posted', 'closed', 'ran', 'posted', 'closed', 'ran']);
  });
});
