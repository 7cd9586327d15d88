import type { Packing } from './packing';

/** An encoded payload: the name of the codec that made it, and the data that this codec decodes. */
export type Encoded = readonly [codec: string, data: unknown];

/** Turns the payload of a message or a reply into something that a transport can carry, and back. */
export interface Codec {
  /** Its name, as it stands in encoded payloads. */
  readonly name: string;
  /** Packs the frames that carry its payloads. */
  readonly packing: Packing;
  /**
   * Encodes a payload. The payload can be changed afterwards: a later change does not cross.
   *
   * @throws {TypeError} for a payload that it cannot carry. The text names the path and the kind of the value.
   */
  encode(payload: unknown): Encoded;
  /** Decodes a payload of any codec that it knows. @throws for data that no such codec made. */
  decode(encoded: Encoded): unknown;
}
