/**
 * Operators that bound a pipeline, or send, ask and publish from it.
 *
 * @module rx-broker/operators
 */
export { toDeadLetters } from '../observability/to-dead-letters';
export { toMetrics } from '../observability/to-metrics';
export { type Held, boundedBuffer } from './bounded-buffer';
export { boundedConcatMap } from './bounded-concat-map';
export { type BoundedOptions, type OperatorOverflow } from './bounded-flow';
export { type BoundedMapOptions, boundedMergeMap } from './bounded-merge-map';
export { type MessageKind, type MessageOfKind, ofMessage } from './of-message';
export { publishTo } from './publish-to';
export { type RequestOptions, requestFrom } from './request-from';
export { type RetryRefusedOptions, retryRefused } from './retry-refused';
export { type WaitingOptions, sendTo } from './send-to';
