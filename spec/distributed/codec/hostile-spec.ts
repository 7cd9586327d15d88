import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../../src/distributed/codec/codec';
import { jsonOrDevalue } from '../../../src/distributed/codec/json-or-devalue';
import { msgpackrCodec } from '../../../src/distributed/codec/msgpackr';
import { structuredCodec } from '../../../src/distributed/codec/structured-clone';
import { payloads } from './payloads';

const codecs: readonly Codec[] = [jsonOrDevalue, structuredCodec(), msgpackrCodec(new Packr({ structuredClone: true }))];

/** Data as JSON can carry it, with the names that hostile data has. */
const hostileData = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'Map', 'Set', 'Date', 'null', 'Object', 'ArrayBuffer', 'Uint8Array', 'RegExp', 'BigInt', ''),
    fc.integer({ min: -8, max: 12 }),
    fc.constantFrom<unknown>(null, true, 2 ** 32, -(2 ** 53), 0.5, '1e999', 'AAAA'),
    fc.array(again('value'), { maxLength: 6 }),
    fc.array(fc.tuple(fc.constantFrom('__proto__', 'constructor', 'polluted', 'a'), again('value')), { maxLength: 4 }).map((entries) => {
      const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
      return JSON.parse(`{${members.join(',')}}`) as unknown;
    }),
  ),
})).value;

/** Whether a name is the own property of anything in a value. */
function hasOwnName(value: unknown, name: string, seen = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if (Object.hasOwn(value, name)) return true;
  const inner = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return inner.some((part) => hasOwnName(part, name, seen));
}

/** Decodes what may be anything, and merges it as careless programs do. */
function decodeCarelessly(codec: Codec, encoded: unknown): void {
  let decoded: unknown;
  try {
    decoded = codec.decode(encoded as never);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return;
  }
  expect(hasOwnName(decoded, '__proto__')).toBe(false);
  const merged: unknown = Object.assign({}, decoded);
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, Date.prototype];
const surface = (): string => JSON.stringify(prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String)));

describe.each(codecs.map((codec) => [codec.name, codec] as const))('the codec %s, given hostile data', (_name, codec) => {
  it('decodes nothing that pollutes a prototype', () => {
    const before = surface();
    const names = fc.constantFrom('j', 'd', 'c', 'm', 't');
    const encoded = fc.tuple(names, fc.oneof(hostileData, hostileData.map((data) => JSON.stringify(data)), hostileData.map((data) => JSON.stringify(['d', JSON.stringify(data)]))));
    fc.assert(fc.property(encoded, (data) => decodeCarelessly(codec, data)), { numRuns: 3_000 });
    expect(surface()).toBe(before);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  it('refuses a property named __proto__ wherever it is', () => {
    const hidden = JSON.parse('[{"a":{"__proto__":{"polluted":true}}}]') as unknown;
    for (const name of ['j', 'c', 'm']) expect(() => codec.decode([name, hidden])).toThrow();
    expect(() => codec.decode(['d', '[{"__proto__":1},{"polluted":2},true]'])).toThrow();
    expect(() => codec.decode(['d', '[["null","__proto__",1],{}]'])).toThrow();
  });

  it('refuses what is nested so deeply that its reader would run out of stack', () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    const flat = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => [index + 1]));
    for (const encoded of [['j', nested], ['c', nested], ['m', nested], ['d', flat]]) expect(() => codec.decode(encoded as never)).toThrow();
  });

  it('reads batches that were cut, changed and made up without an error', () => {
    const { packing } = codec;
    const change = fc.record({ payload: payloads, at: fc.nat(), to: fc.integer({ min: 0, max: 255 }), isCut: fc.boolean() });
    fc.assert(
      fc.property(change, ({ payload, at, to, isCut }) => {
        const batch = packing.batch([1, 2], [packing.pack(codec.encode(payload))]);
        const read = packing.read(changed(batch, at, to, isCut)) ?? [];
        for (const frame of read) if (Array.isArray(frame)) decodeCarelessly(codec, frame);
      }),
      { numRuns: 3_000 },
    );
    for (const batch of [undefined, null, 5, {}, '', '5', '{}', '[', '['.repeat(1e6), new Uint8Array(), new Uint8Array([255, 255, 255, 255]), () => {}]) {
      expect(packing.read(batch)).toBe(undefined);
    }
  });
});

/** A batch with one part of it changed, or without its end. */
function changed(batch: unknown, at: number, to: number, isCut: boolean): unknown {
  if (typeof batch === 'string') {
    const index = at % batch.length;
    return batch.slice(0, index) + (isCut ? '' : String.fromCharCode(to) + batch.slice(index + 1));
  }
  if (batch instanceof Uint8Array) {
    const index = at % batch.length;
    return isCut ? batch.slice(0, index) : batch.map((byte, position) => (position === index ? to : byte));
  }
  const frames = batch as readonly unknown[];
  return isCut ? frames.slice(0, at % frames.length) : frames.map((frame, position) => (position === at % frames.length ? [to, frame] : frame));
}
