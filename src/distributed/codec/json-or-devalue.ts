import { stringify, unflatten } from 'devalue';
import { checkParsed } from './check-decoded';
import type { Codec, Encoded } from './codec';
import { snapshotOf } from './snapshot';
import { textPacking } from './text-packing';

/**
 * The codec of text: JSON where it loses nothing, else devalue, which carries `undefined`, bigints, dates, maps, sets, bytes, and values that
 * occur twice or inside themselves. It refuses functions, symbols, instances of classes, holes of arrays, and properties named `__proto__`.
 */
export const jsonOrDevalue: Codec = { name: 'json-or-devalue', packing: textPacking, encode: encodeText, decode: decodeText };

/** Encodes a payload as data that JSON carries. */
export function encodeText(payload: unknown): Encoded {
  const { copy, isJson } = snapshotOf(payload);
  return isJson ? ['j', copy] : ['d', stringify(copy)];
}

/** Decodes a payload that `encodeText` has encoded. Its data came from `JSON.parse`. */
export function decodeText([codec, data]: Encoded): unknown {
  if (codec === 'd') return readDevalue(data);
  if (codec !== 'j') throw new TypeError(`no codec here is named '${codec}'`);
  checkParsed(data);
  return data;
}

/** How devalue begins an array that is mostly holes. A short text can stand for billions of them. */
const SPARSE = -7;

function readDevalue(data: unknown): unknown {
  if (typeof data !== 'string') throw new TypeError('data of devalue must be a text');
  const flat: unknown = JSON.parse(data);
  if (Array.isArray(flat) && flat.some((part) => Array.isArray(part) && part[0] === SPARSE)) throw new TypeError('data has an array of holes');
  return unflatten(flat as unknown[]);
}
