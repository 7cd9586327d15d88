import type { BrokerOptions } from '../broker/broker-options';
import { type Checks, checkFunction, checkOptions, checkPositiveInteger, hasMethod, isObject, refuse } from '../failure/check';
import type { Authorize } from './authorize';
import type { Codec } from './codec/codec';
import { jsonOrDevalue } from './codec/json-or-devalue';
import { structuredCodec } from './codec/structured-clone';
import { LONGEST_NAME } from './link/read-frame';
import type { Transport } from './transport';

/** What a `DistributedMessageBroker` can be told beyond `BrokerOptions`. */
export interface ClusterOptions {
  /** Nodes of different namespaces do not meet, though they share a transport: one for each application. Default: none. */
  readonly namespace?: string;
  /**
   * The most messages on their way to one node, that is without its receipt, and the most values of one streamed reply. At most 8 MB of messages
   * are on their way, too. Beyond that `trySend` and `send` fail with `MailboxFull`, and `offer` waits. Default 4,096.
   */
  readonly window?: number;
  /**
   * The most bytes of a message or a reply as it is sent: encoded, with its actor, its headers and about 30 bytes more. A larger one fails with
   * `PayloadTooLarge`. Default: as many as the transport takes.
   */
  readonly maxPayload?: number;
  /** Encodes messages and replies. Default: `structuredCodec()` for a structured transport, else `jsonOrDevalue`. */
  readonly codec?: Codec;
  /**
   * Says whether a message or the news of another node may pass. A message that it refuses fails with `Rejected`, and news is passed over. If it
   * throws, or returns anything but true or false (a promise), it refuses. Default: everything may pass.
   */
  readonly authorize?: Authorize;
}

/** Options of a `DistributedMessageBroker`. */
export interface DistributedOptions extends BrokerOptions, ClusterOptions {}

/** The cluster options with every default filled in. */
export interface ClusterSettings {
  readonly namespace: string;
  readonly window: number;
  /** The most bytes of a frame. */
  readonly maxFrame: number;
  readonly codec: Codec;
  readonly authorize: Authorize | undefined;
}

const CHECKS: Checks<ClusterOptions> = {
  namespace: (value, name) => {
    if (typeof value !== 'string' || value.length > LONGEST_NAME) refuse(`${name} must be a text of at most ${LONGEST_NAME} characters`, value);
  },
  window: checkPositiveInteger,
  maxPayload: checkPositiveInteger,
  codec: (value, name) => {
    const packing = isObject(value) ? (value as Partial<Codec>).packing : undefined;
    const isCodec = hasMethod(value, 'encode') && hasMethod(value, 'decode') && ['pack', 'batch', 'read', 'overhead'].every((method) => hasMethod(packing, method));
    if (!isCodec) refuse(`${name} must be a codec: jsonOrDevalue, structuredCodec() or msgpackrCodec(packer)`, value);
  },
  authorize: checkFunction,
};

/** The most characters of a broker's name, which is part of its messages' ids. */
const LONGEST_OWN_NAME = 1_000;

/** The least that a transport must take, so that everything but payloads fits. */
const LEAST_BATCH = 32_768;

/** @throws {TypeError} for anything but a transport. @throws {RangeError} if it takes too little. */
export function checkTransport(transport: unknown): asserts transport is Transport {
  if (hasMethod(transport, 'then')) refuse('transport must be a Transport, not the promise of one: await it', transport);
  const isFine = isObject(transport) && ['start', 'send', 'claim', 'release', 'close'].every((name) => hasMethod(transport, name));
  if (!isFine) refuse('transport must be a Transport, such as createNetwork().transport(name) makes', transport);
  const { maxBatch } = transport as Transport;
  if (!(maxBatch >= LEAST_BATCH)) refuse(`maxBatch of a transport must be at least ${LEAST_BATCH} bytes`, maxBatch, RangeError);
}

/** The options of the broker in one process. An unknown option is refused by name. */
export function brokerOptionsOf(options: DistributedOptions | undefined, known: Checks<BrokerOptions>): BrokerOptions | undefined {
  if (options === undefined) return undefined;
  checkOptions<DistributedOptions>(options, { ...known, ...CHECKS });
  if ((options.name?.length ?? 0) > LONGEST_OWN_NAME) refuse(`name must have at most ${LONGEST_OWN_NAME} characters in a cluster`, options.name, RangeError);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(CHECKS, name)));
}

/** Fills in the defaults. @throws {TypeError} for a codec that the transport cannot carry. */
export function resolveCluster({ namespace = '', window = 4_096, maxPayload = Infinity, codec, authorize }: ClusterOptions, transport: Transport): ClusterSettings {
  const chosen = codec ?? (transport.structured ? structuredCodec(transport.transfer) : jsonOrDevalue);
  const { packing } = chosen;
  if (packing.isStructured && !transport.structured) refuse('codec must encode to text or bytes, since the transport carries no structured data', chosen.name);
  return { namespace, window, maxFrame: Math.min(maxPayload, transport.maxBatch - packing.overhead(1)), codec: chosen, authorize };
}
