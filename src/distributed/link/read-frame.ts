import { FAILURE_CODES } from '../../failure/failure-code';
import { isObject, refuse } from '../../failure/check';
import { LONGEST_PATH } from '../../kernel/deadlock';
import { HIGHEST_LANE } from '../../message/lane';
import type { Frame, FrameKind, Rest } from './frames';

/** The most characters of an id, a topic, a pattern, or a name. */
export const LONGEST_NAME = 4_096;
/** The most characters of a header, of an error's text, and of all headers of a message. */
export const LONGEST_TEXT = 65_536;

type Test = (value: unknown) => boolean;

/** @throws {RangeError} for an id, a topic or a pattern that is too long to go over the wire. Anything that is no string passes here. */
export function checkLength(value: unknown, name: string): void {
  if (typeof value === 'string' && value.length > LONGEST_NAME) refuse(`${name} must have at most ${LONGEST_NAME} characters in a cluster`, value, RangeError);
}

const isName: Test = (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
const isShort: Test = (value) => typeof value === 'string' && value.length <= LONGEST_NAME;
const isText: Test = (value) => typeof value === 'string' && value.length <= LONGEST_TEXT;
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isRef: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const isFlag: Test = (value) => typeof value === 'boolean';
const isLane: Test = (value) => isCount(value) && (value as number) <= HIGHEST_LANE;
const isDuration: Test = (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value);
const isTimeout: Test = (value) => value === null || isDuration(value);
const isCode: Test = (value) => FAILURE_CODES.includes(value as never);
const isStarted: Test = (value) => value === 0 || value === 1 || value === 2;
const isPayload: Test = (value) => Array.isArray(value) && value.length === 2 && isName(value[0]);
const isRevision: Test = (value) => Array.isArray(value) && value.length === 2 && isRef(value[0]) && isName(value[1]);
const isRevisionOrNone: Test = (value) => value === 0 || isRevision(value);
const areNames: Test = (value) => Array.isArray(value) && value.every(isName);
const isMetrics: Test = (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'number' || isObject(one));

const isStep: Test = (value) => Array.isArray(value) && value.length === 2 && isName(value[0]) && isName(value[1]);

const REST: Readonly<Record<keyof Rest, Test>> = {
  ttl: isDuration,
  sender: isName,
  topic: isName,
  headers: areHeaders,
  attempt: isRef,
  path: (value) => Array.isArray(value) && value.length <= LONGEST_PATH && value.every(isStep),
};

/** Whether a value may travel as the headers of a message. */
export function areHeaders(value: unknown): boolean {
  if (!isObject(value) || Array.isArray(value)) return false;
  let length = 0;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') return false;
    length += name.length + text.length;
  }
  return length <= LONGEST_TEXT;
}

function isRest(value: unknown): boolean {
  if (value === 0) return true;
  if (!isObject(value)) return false;
  return Object.entries(value).every(([name, one]) => Object.hasOwn(REST, name) && REST[name as keyof Rest](one));
}

/** The tests of what follows the kind. */
const SHAPES: Readonly<Record<FrameKind, readonly Test[]>> = {
  hello: [isRef, isRef, isShort, isShort],
  ask: [isRef, isName, isLane, isTimeout, isRest, isPayload],
  offer: [isRef, isName, isLane, isTimeout, isRest, isPayload],
  tell: [isName, isLane, isRest, isPayload],
  broadcast: [isLane, isTimeout, isRest, isCount, areNames, isFlag, isPayload],
  publish: [isName, isLane, isRest, areNames, isRevisionOrNone, isFlag, isPayload],
  cancel: [isRef],
  value: [isRef, isPayload],
  next: [isRef, isPayload],
  complete: [isRef],
  failed: [isRef, isCode, isStarted, isShort, isText],
  error: [isRef, isShort, isText, isShort],
  registered: [isName, isFlag, areNames],
  gone: [isName],
  closed: [isName],
  bind: [isName, isName],
  unbind: [isName, isName],
  interest: [isName, isFlag],
  clear: [isName, isRevision],
  retained: [isName, isRevision, isPayload],
  synced: [],
  leaving: [],
  'let-go': [],
  measure: [isRef],
  measured: [isRef, isMetrics, isCount],
};

/** Reads a frame that may be anything. `undefined`: it is none, or of a kind that this version does not know. */
export function readFrame(raw: unknown): Frame | undefined {
  if (!Array.isArray(raw)) return undefined;
  const kind: unknown = raw[0];
  if (typeof kind !== 'string' || !Object.hasOwn(SHAPES, kind)) return undefined;
  const shape = SHAPES[kind as FrameKind];
  if (raw.length !== shape.length + 1) return undefined;
  for (let index = 0; index < shape.length; index++) if (!(shape[index] as Test)(raw[index + 1])) return undefined;
  return raw as unknown as Frame;
}
