import type { FailureCode } from '../../failure/failure-code';
import type { Cast } from '../../kernel/fan-out';
import type { Stamp } from '../../kernel/stamp';
import type { Codec, Encoded } from '../codec/codec';
import type { PackedFrame } from '../codec/packing';
import { restOf } from './details-frame';
import type { Rest, Revision } from './frames';

/** A frame of a message to many, for some of its targets on one node. */
export interface CastFrame {
  readonly frame: PackedFrame;
  /** The index of the first of its targets. */
  readonly from: number;
  /** How many targets it is for. */
  readonly count: number;
}

/** The parts of a link that a message to many needs. */
export interface CastParts {
  readonly codec: Codec;
  /** The most bytes of a frame. */
  readonly maxFrame: number;
}

/** The topic of a publication, and its revision if it is retained. */
export interface PublishedTopic {
  readonly topic: string;
  readonly revision: Revision | 0;
}

interface EncodedCast {
  readonly payload: Encoded;
  readonly rest: Rest | 0;
}

/** Why a message cannot go over the wire. */
export interface CastRefusal {
  readonly code: FailureCode;
  readonly detail?: string;
  readonly cause?: unknown;
}

/**
 * A message to many on its way to other nodes. It is encoded once, when the first node needs it, and goes to each node in one frame, or in more
 * if there are very many targets.
 */
export class OutgoingCast {
  readonly stamp: Stamp | null = null;
  readonly #cast: Cast;
  readonly #parts: CastParts;
  readonly #topic: PublishedTopic | undefined;
  #encoded: EncodedCast | CastRefusal | undefined;

  constructor(cast: Cast, parts: CastParts, topic?: PublishedTopic) {
    this.#cast = cast;
    this.#parts = parts;
    this.#topic = topic;
  }

  get message(): unknown {
    return this.#cast.message;
  }

  get lane(): number {
    return this.#cast.lane;
  }

  /** The timeout of its asks, in milliseconds. `Infinity`: none. */
  get timeout(): number {
    return this.#cast.timeout;
  }

  /** Why it cannot go over the wire. `undefined`: it can. */
  get refusal(): CastRefusal | undefined {
    this.#encoded ??= this.#encode();
    return 'code' in this.#encoded ? this.#encoded : undefined;
  }

  /** The frames for these targets. `first` is the number of the first one's ask, 0 if the message is told. Only to be called without a refusal. */
  framesTo(ids: readonly string[], first: number): CastFrame[] {
    const { maxFrame } = this.#parts;
    const frames: CastFrame[] = [];
    let from = 0;
    do {
      let count = ids.length - from;
      let frame: PackedFrame;
      do {
        frame = this.frameTo(ids.slice(from, from + count), first === 0 ? 0 : first + from, from === 0);
      } while (frame.size > maxFrame && count > 1 && (count = Math.ceil(count / 2)) > 0);
      frames.push({ frame, from, count });
      from += count;
    } while (from < ids.length);
    return frames;
  }

  /** The frame for these targets. `timeout`: the milliseconds that are left. Only to be called without a refusal. */
  frameTo(ids: readonly string[], first: number, announces: boolean, timeout: number = this.timeout): PackedFrame {
    const { payload, rest } = this.#encoded as EncodedCast;
    return this.#parts.codec.packing.pack([...this.#head(rest, ids, first, announces, timeout), payload]);
  }

  #encode(): EncodedCast | CastRefusal {
    const { codec, maxFrame } = this.#parts;
    try {
      const rest = restOf({ ...this.#cast.details, topic: undefined });
      const payload = codec.encode(this.#cast.message);
      const { size } = codec.packing.pack([...this.#head(rest, [], 0, true, this.timeout), payload]);
      return size <= maxFrame ? { payload, rest } : { code: 'PayloadTooLarge', detail: `${size} bytes, at most ${maxFrame}` };
    } catch (cause) {
      return { code: 'Unserializable', cause, ...(cause instanceof Error && { detail: cause.message }) };
    }
  }

  #head(rest: Rest | 0, ids: readonly string[], first: number, announces: boolean, timeout: number): readonly unknown[] {
    const { lane } = this.#cast;
    if (this.#topic !== undefined) return ['publish', this.#topic.topic, lane, rest, ids, this.#topic.revision, announces];
    return ['broadcast', lane, timeout === Infinity ? null : timeout, rest, first, ids, announces];
  }
}
