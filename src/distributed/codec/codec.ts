/** An encoded payload: the name of the codec that made it, and what that codec needs to decode it. */
export type Encoded = readonly [codec: string, data: unknown];

/** Turns the payload of a message or a reply into something that a transport can carry, and back. */
export interface Codec {
  /** The name, as it stands in encoded payloads. */
  readonly name: string;
  /** Encodes a payload. @throws {TypeError} for a payload that it cannot carry. */
  encode(payload: unknown): Encoded;
  /** Decodes a payload of any codec that it knows. @throws for data that it did not make. */
  decode(encoded: Encoded): unknown;
}
