import fc from 'fast-check';

/** Any 16-bit units, with halves of surrogate pairs. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units));
const text = fc.oneof(fc.string(), anyText, fc.constantFrom('toJSON', 'constructor', 'length', '', '\u2028', '"\\'));
const key = text.filter((name) => name !== '__proto__');

const leaf = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN, Infinity, 2 ** 53 + 2, 2n ** 64n, -(2n ** 70n)),
  fc.date(),
  fc.constantFrom(/a/, /[/\\"]\//giu),
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 9 }),
  fc.float64Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 5 }),
  fc.uint8Array({ maxLength: 9 }).map(({ buffer }) => buffer),
  fc.uint8Array({ maxLength: 9 }).map(({ buffer }) => new DataView(buffer)),
);

const collections = fc.letrec((again) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, bytes, again('array'), again('object'), again('map'), again('set')),
  array: fc.array(again('value'), { maxLength: 5 }),
  object: fc.dictionary(key, again('value'), { maxKeys: 5, noNullPrototype: true }),
  map: fc.array(fc.tuple(again('value'), again('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  set: fc.array(again('value'), { maxLength: 4 }).map((values) => new Set(values)),
}));

/** Payloads that every codec carries, nested. */
export const payloads: fc.Arbitrary<unknown> = collections.value;

/** Payloads of JSON alone. */
export const jsonPayloads: fc.Arbitrary<unknown> = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));

/** Payloads in which a value occurs twice, and one that holds itself. */
export const knots: fc.Arbitrary<unknown> = fc.tuple(payloads, payloads).map(([one, other]) => {
  const knot: Record<string, unknown> = { one, again: one, other: [other, { other }], map: new Map<unknown, unknown>([[one, other]]) };
  knot['self'] = [knot, new Set([knot])];
  return knot;
});

/**
 * Whether two payloads are equal in every respect: classes, order, holes, -0, cycles. (An assertion of vitest compares the `constructor`
 * property of objects, which a payload may have as its own.)
 */
export function isSame(one: unknown, other: unknown, pairs: Map<unknown, unknown> = new Map()): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (pairs.has(one)) return pairs.get(one) === other;
  pairs.set(one, other);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const [parts, others] = [partsOf(one), partsOf(other)];
  return parts.length === others.length && parts.every((part, index) => isSame(part, others[index], pairs));
}

/** Everything that makes up an object, in order. */
function partsOf(value: object): readonly unknown[] {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [String(value)];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.entries(value).flat();
}
