import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../../src/distributed/codec/codec';
import { jsonOrDevalue } from '../../../src/distributed/codec/json-or-devalue';
import { msgpackrCodec } from '../../../src/distributed/codec/msgpackr';
import { structuredCodec } from '../../../src/distributed/codec/structured-clone';
import { isSame, jsonPayloads, knots, payloads } from './payloads';

const codecs: readonly Codec[] = [jsonOrDevalue, structuredCodec(), msgpackrCodec(new Packr({ structuredClone: true }))];

/** Sends frames through a batch, and answers what the other side reads. */
function cross({ packing }: Codec, frames: readonly (readonly unknown[])[]): readonly unknown[] {
  const packed = frames.map((frame) => packing.pack(frame));
  const batch = packing.batch([1, 2], packed);
  const transfer = packed.flatMap((frame) => frame.transfer ?? []) as Transferable[];
  const arrived: unknown = typeof batch === 'string' ? batch : structuredClone(batch, { transfer });
  const [sequence, acknowledged, ...read] = packing.read(arrived) ?? [];
  expect([sequence, acknowledged]).toEqual([1, 2]);
  return read;
}

const carry = (codec: Codec, payload: unknown): unknown => codec.decode(cross(codec, [codec.encode(payload)])[0] as never);

/** A payload that counts how often each of its properties is read. */
function counted(reads: Map<string, number>, path = ''): object {
  const note = (name: string): void => void reads.set(path + name, (reads.get(path + name) ?? 0) + 1);
  return {
    get accessor() {
      note('accessor');
      return { inner: 1 };
    },
    proxied: new Proxy({ a: 1, b: [1, 2] }, {
      get(target, name, receiver) {
        note(`proxied.${String(name)}`);
        return Reflect.get(target, name, receiver) as unknown;
      },
    }),
  };
}

describe.each(codecs.map((codec) => [codec.name, codec] as const))('the codec %s', (name, codec) => {
  const isStructured = name === 'structured-clone';

  it('carries any payload that it takes, equal', () => {
    fc.assert(fc.property(payloads, (payload) => isSame(carry(codec, payload), payload)), { numRuns: 1_000 });
  });

  it('carries values that occur twice, and cycles', () => {
    fc.assert(
      fc.property(knots, (payload) => {
        const decoded = carry(codec, payload) as any;
        expect(isSame(decoded, payload)).toBe(true);
        expect(decoded.self[0]).toBe(decoded);
        expect(decoded.again).toBe(decoded.one);
      }),
    );
  });

  it('carries several frames in one batch, each alone', () => {
    const self: unknown[] = [];
    self.push(self, { a: 1 });
    const frames = [self, new Map([['a', self]]), self].map((payload) => codec.encode(payload));
    const decoded = cross(codec, frames).map((encoded) => codec.decode(encoded as never));
    expect(decoded).toStrictEqual([self, new Map([['a', self]]), self]);
  });

  it('tells the size of a frame before it goes', () => {
    const large = codec.packing.pack(codec.encode('é'.repeat(10_000)));
    expect(large.size).toBeGreaterThan(isStructured ? 9_999 : 20_000);
    expect(large.size).toBeLessThan(21_000);
    const batch = codec.packing.batch([2 ** 53 - 1, 2 ** 53 - 1], [large, large]);
    if (isStructured) return;
    const bytes = typeof batch === 'string' ? new TextEncoder().encode(batch).length : (batch as Uint8Array).length;
    expect(bytes).toBeLessThanOrEqual(2 * large.size + codec.packing.overhead(2));
  });

  it('carries what the payload was when it was sent', () => {
    const payload = { list: [1], bytes: new Uint8Array([1]), map: new Map([[1, { a: 1 }]]) };
    const encoded = codec.encode(payload);
    payload.list.push(2);
    payload.bytes[0] = 9;
    payload.map.get(1)!.a = 9;
    expect(codec.decode(cross(codec, [encoded])[0] as never)).toStrictEqual({ list: [1], bytes: new Uint8Array([1]), map: new Map([[1, { a: 1 }]]) });
  });

  it('reads each property once, so an accessor or a proxy cannot show two faces', () => {
    const reads = new Map<string, number>();
    expect(carry(codec, { outer: counted(reads) })).toEqual({ outer: { accessor: { inner: 1 }, proxied: { a: 1, b: [1, 2] } } });
    expect([...reads].filter(([, count]) => count > 1)).toEqual([]);
    expect(reads.get('accessor')).toBe(1);
    expect(reads.get('proxied.a')).toBe(1);
  });

  class Money {
    readonly amount = 5;
  }
  class Orders extends Map {}

  it.each<[string, () => unknown]>([
    ['payload is a function', () => (() => {})],
    ['payload is a symbol', () => (Symbol('s'))],
    ['payload.a[1]["odd key"] is a function', () => ({ a: [1, { 'odd key': () => {} }] })],
    ['payload.price is an instance of Money', () => ({ price: new Money() })],
    ['payload.open<value 0>.orders is an instance of Orders', () => ({ open: new Map([['x', { orders: new Orders() }]]) })],
    ['payload<key 0>.when is an instance of Promise', () => (new Map([[{ when: Promise.resolve() }, 1]]))],
    ['payload<value 1> is an instance of WeakMap', () => (new Set([1, new WeakMap()]))],
    ['payload[1] is a hole of an array', () => ([1, , 2])],
    ['payload[0] is a hole of an array', () => (Array(2 ** 32 - 1))],
    ['payload.error is an instance of RangeError', () => ({ error: new RangeError('no') })],
    ['payload.a is an object with a property named Symbol(tag)', () => ({ a: { [Symbol('tag')]: 1 } })],
    ['payload.a.__proto__ is a property named __proto__', () => (JSON.parse('{"a":{"__proto__":{"polluted":true}}}'))],
    ['payload.at is an instance of Date', () => ({ at: Object.create(Date.prototype) as unknown })],
    ['payload.a is an instance of Number', () => ({ a: new Number(5) })],
    ['payload.url is an instance of URL', () => ({ url: new URL('http://localhost') })],
    ['payload.a is an instance of a class without a name', () => ({ a: new (class { readonly x = 1; })() })],
    ['payload is an instance of a class without a name', () => Object.create({ inherited: 1 }) as object],
  ])('refuses it: %s', (text, payload) => {
    expect(() => codec.encode(payload())).toThrow(new TypeError(`${text}, which cannot cross to another node`));
  });

  it('refuses a buffer that was transferred', () => {
    const bytes = new Uint8Array(4);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    for (const payload of [bytes, bytes.buffer]) expect(() => codec.encode({ payload })).toThrow(/^payload\.payload is a buffer that was transferred/);
  });

  it('refuses a payload that is nested too deeply, and shortens its path', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : { a: nest(depth - 1) });
    expect(carry(codec, nest(1_000))).toBeTypeOf('object');
    expect(() => codec.encode(nest(1_001))).toThrow(`payload${'.a'.repeat(10)}…${'.a'.repeat(10)} is nested deeper than 1000 levels`);
  });

  it('lets the error of an accessor through', () => {
    const failing = { get a() { throw new RangeError('mine'); } }; // prettier-ignore
    expect(() => codec.encode(failing)).toThrow(new RangeError('mine'));
  });

  it('takes values of another realm, and subclasses of byte arrays, for what they are', () => {
    // An object whose prototype is as that of another realm.
    const foreign = Object.assign(Object.create(Object.create(null, Object.getOwnPropertyDescriptors(Object.prototype)) as object), { a: 1 }) as object;
    class Chunk extends Uint8Array {}
    expect(carry(codec, [foreign, new Chunk([1, 2])])).toStrictEqual([{ a: 1 }, new Uint8Array([1, 2])]);
  });

  it('takes only the part of a buffer that a view shows', () => {
    const part = carry(codec, new Uint8Array(10_000).subarray(5, 8)) as Uint8Array;
    // In a browser the bytes are a view of the batch that they came in.
    expect([part.byteLength, part.buffer.byteLength < 100]).toEqual([3, true]);
  });

  it('decodes nothing that it does not know', () => {
    for (const encoded of [['x', 1], ['d', 5], ['d', '{'], ['d', '[[5]]'], ['d', '[[-7,4294967295]]'], [undefined, 1]]) {
      expect(() => codec.decode(encoded as never)).toThrow();
    }
  });
});

describe('the codec of text', () => {
  it('writes JSON where that loses nothing, and devalue elsewhere', () => {
    fc.assert(
      fc.property(jsonPayloads, (payload) => {
        const isExact = isSame(JSON.parse(JSON.stringify(payload)), payload);
        expect(jsonOrDevalue.encode(payload)[0]).toBe(isExact ? 'j' : 'd');
      }),
    );
    expect(jsonOrDevalue.encode({ type: 'a', list: [{ b: null }] })).toEqual(['j', { type: 'a', list: [{ b: null }] }]);
    for (const payload of [undefined, { a: undefined }, -0, NaN, 5n, new Date(), Object.create(null), new Array(1).fill(undefined)]) {
      expect(jsonOrDevalue.encode(payload)[0]).toBe('d');
    }
    const twice = {};
    expect(jsonOrDevalue.encode([twice, twice])[0]).toBe('d');
  });

  it('keeps an object without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(Object.getPrototypeOf(carry(jsonOrDevalue, bare))).toBe(null);
  });
});

describe('the codec of structured clones', () => {
  it('shares and moves what only a port can carry', async () => {
    const { port1, port2 } = new MessageChannel();
    // A page has shared memory only if it is isolated from other origins.
    const shared = typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(1) : new SharedArrayBuffer(1);
    const codec = structuredCodec();
    const got = carry(codec, { port: port2, shared: new Uint8Array(shared), blob: new Blob(['text']) }) as any;
    new Uint8Array(shared)[0] = 7;
    expect(got.shared[0]).toBe(typeof SharedArrayBuffer === 'undefined' ? 0 : 7);
    expect(await got.blob.text()).toBe('text');
    expect(got.port).toBeInstanceOf(MessagePort);
    port1.close();
  });

  it('moves the buffers that transfer picks, and copies the others', () => {
    const codec = structuredCodec((payload: any) => [payload.moved]);
    const [moved, copied] = [new Uint8Array([1]), new Uint8Array([2])];
    expect(carry(codec, { moved, copied })).toStrictEqual({ moved: new Uint8Array([1]), copied: new Uint8Array([2]) });
    expect([moved.byteLength, copied.byteLength]).toEqual([0, 1]);
    expect(() => codec.encode({ moved })).toThrow('transfer picked a buffer that was transferred before');
  });

  it('refuses a class of the program that has the name of one of the platform', () => {
    class Blob {
      readonly size = 0;
    }
    expect(() => structuredCodec().encode(new Blob())).toThrow(/an instance of Blob/);
  });
});

describe('the codec of MessagePack', () => {
  it('needs a packer that loses nothing', () => {
    const lossy = [undefined, {}, new Packr(), { pack: () => new Uint8Array(), unpack: () => undefined }];
    for (const packer of lossy) expect(() => msgpackrCodec(packer as never)).toThrow(/packer must carry maps, sets, .* new Packr\(\{ structuredClone: true \}\), got/);
  });

  it('packs small', () => {
    const payload = Array.from({ length: 1_000 }, (_, n) => ({ id: n, price: n / 8 }));
    const [text, packed] = [jsonOrDevalue, codecs[2]!].map((codec) => codec.packing.pack(codec.encode(payload)).size);
    expect(packed).toBeLessThan(text! * 0.7);
  });
});
