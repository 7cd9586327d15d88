import { hasMethod, refuse } from '../../failure/check';
import { bytesPacking } from './bytes-packing';
import { checkDecoded } from './check-decoded';
import type { Codec, Encoded } from './codec';
import { decodeText, encodeText } from './json-or-devalue';
import { snapshotOf } from './snapshot';

/** Packs and unpacks values, as a `Packr` of the package msgpackr does. */
export interface MessagePacker {
  /** A value as bytes. */
  pack(value: unknown): Uint8Array;
  /** The value of these bytes. */
  unpack(bytes: Uint8Array): unknown;
}

/**
 * Makes a codec of MessagePack, for payloads of bytes and many numbers. It is given its packer, so that only programs that use msgpackr have
 * it. The few payloads that it would change go as text inside: those with -0, an object without a prototype, a property named `toJSON`, or
 * half of a surrogate pair.
 *
 * ```ts
 * import { Packr } from 'msgpackr';
 * new DistributedMessageBroker(transport, { codec: msgpackrCodec(new Packr({ structuredClone: true })) });
 * ```
 *
 * @throws {TypeError} for a packer that does not carry maps, sets, dates, bigints, typed arrays and cycles.
 */
export function msgpackrCodec(packer: MessagePacker): Codec {
  if (!losesNothing(packer)) refuse('packer must carry maps, sets, dates, bigints, typed arrays and cycles: new Packr({ structuredClone: true })', packer);
  return {
    name: 'msgpackr',
    packing: bytesPacking(
      (value) => packer.pack(value),
      (bytes) => packer.unpack(bytes),
    ),
    encode(payload) {
      const { copy, isPackable } = snapshotOf(payload, { checksText: true });
      // JSON escapes halves of surrogate pairs, which UTF-8 has no bytes for.
      return isPackable ? ['m', copy] : ['t', JSON.stringify(encodeText(copy))];
    },
    decode(encoded) {
      const [codec, data] = encoded;
      if (codec === 't') return decodeText(JSON.parse(data as string) as Encoded);
      // Unpacked data may be inside itself, whichever codec it names.
      checkDecoded(data);
      return codec === 'm' ? data : decodeText(encoded);
    },
  };
}

/** Some values that a packer may lose without an error. */
interface Sample {
  readonly map: Map<number, Set<string>>;
  readonly at: Date;
  readonly amount: bigint;
  readonly rates: Float64Array;
  self: unknown;
}

function losesNothing(packer: unknown): boolean {
  if (!hasMethod(packer, 'pack') || !hasMethod(packer, 'unpack')) return false;
  const sample: Sample = { map: new Map([[1, new Set(['x'])]]), at: new Date(5), amount: 2n ** 70n, rates: new Float64Array([0.5]), self: undefined };
  sample.self = sample;
  try {
    const seen = (packer as MessagePacker).unpack((packer as MessagePacker).pack(sample)) as Sample;
    const { map, at, amount, rates, self } = seen;
    return map.get(1)?.has('x') === true && at.getTime() === 5 && amount === 2n ** 70n && rates instanceof Float64Array && rates[0] === 0.5 && self === seen;
  } catch {
    return false;
  }
}
