import { checkFunction, isObject } from '../../failure/check';
import type { PickTransfer } from '../transport';
import { checkDecoded } from './check-decoded';
import type { Codec } from './codec';
import { snapshotOf } from './snapshot';
import { structuredPacking } from './structured-packing';

/**
 * Makes a codec for transports that clone structured data. It carries the same payloads as the codec of text, and refuses the same. Beyond
 * these it carries the objects that only `postMessage` can carry: it shares or clones blobs and shared buffers, and moves ports and streams.
 * An object without a prototype arrives as a plain one.
 *
 * `transfer` picks buffers that move, so that they are not copied. A picked buffer is the sender's until the end of the tick, and empty then.
 */
export function structuredCodec(transfer?: PickTransfer): Codec {
  if (transfer !== undefined) checkFunction(transfer, 'transfer');
  // An object that was picked moves, however often it is sent. A weak set forgets it with its sender.
  const picked = new WeakSet();
  const moves = (value: object): boolean => picked.has(value) || isOneOf(MOVED, value);
  const keeps = (value: object): boolean => moves(bufferOf(value)) || isOneOf(SHARED, bufferOf(value));
  return {
    name: 'structured-clone',
    packing: structuredPacking(moves),
    encode(payload) {
      for (const value of transfer?.(payload) ?? []) if (isObject(value)) picked.add(checkAttached(bufferOf(value)));
      return ['c', snapshotOf(payload, { keeps }).copy];
    },
    decode([codec, data]) {
      if (codec !== 'c') throw new TypeError(`no codec here is named '${codec}'`);
      checkDecoded(data);
      return data;
    },
  };
}

/** The buffer of a view, since a view moves and is shared with its buffer. Any other object is its own. */
function bufferOf(value: object): object {
  return ArrayBuffer.isView(value) ? value.buffer : value;
}

/** The classes whose objects `postMessage` can move only. */
const MOVED: readonly string[] = ['MessagePort', 'OffscreenCanvas', 'ReadableStream', 'WritableStream', 'TransformStream', 'MediaSourceHandle', 'RTCDataChannel'];

/** The classes whose objects `postMessage` clones or shares, beyond data. */
const SHARED: readonly string[] = [
  'SharedArrayBuffer',
  'Blob',
  'File',
  'FileList',
  'ImageBitmap',
  'ImageData',
  'CryptoKey',
  'VideoFrame',
  'AudioData',
  'DOMMatrix',
  'DOMPoint',
  'DOMQuad',
  'DOMRect',
];

/** Whether this is an object of one of these classes of the platform. They are looked up by name, since no platform has all of them. */
function isOneOf(names: readonly string[], value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return names.some((name) => {
    const platformClass: unknown = (globalThis as Record<string, unknown>)[name];
    return typeof platformClass === 'function' && platformClass.prototype === prototype;
  });
}

/** @throws {TypeError} for a buffer that has moved before. */
function checkAttached<T extends object>(value: T): T {
  if (value instanceof ArrayBuffer) {
    try {
      new Uint8Array(value);
    } catch {
      throw new TypeError('transfer picked a buffer that was transferred before');
    }
  }
  return value;
}
