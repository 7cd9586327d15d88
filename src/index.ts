/**
 * The broker, its mailboxes and its messages.
 *
 * @module rx-broker
 */
export { type Fairness, type MailboxOptions, type Overflow } from './message/mailbox-options';
export { type ActorRef, type Sender } from './message/sender';
export { type BroadcastResult, type SendResult } from './message/send-result';
export { type BrokerOptions } from './broker/broker-options';
export { InMemoryMessageBroker, type InMemoryMessageBrokerConstructor } from './broker/in-memory-message-broker';
export { type ActorClient, actorClient } from './client/actor-client';
export { type TopicState, topicState } from './client/topic-state';
export { type CloseOptions } from './message/closeable';
export { type Actor, type ActorContext, type ActorHooks, type AnyMailbox, type Covers, type Handler, type HandlerResult, type HandlersOf, type MessageBroker, type Spawned, type SpawnRest } from './message/message-broker';
export { type Publication, type Topic, type TopicBinding, type TopicMessage, type TopicName, type TopicOptions, type TopicPattern, topic, topicPattern } from './message/topic';
export { type RegisterOptions, type Registration, type SpawnOptions } from './message/registration';
export { type BrokerErrorCode, BrokerError } from './failure/broker-error';
export { BufferOverflowError } from './failure/buffer-overflow-error';
export { type FailureCode } from './failure/failure-code';
export { type SendErrorOptions, SendError } from './failure/send-error';
export { type Delivery } from './message/delivery';
export { type Envelope } from './message/envelope';
export { type Interceptor, type Outgoing, type OutgoingChange } from './message/interceptor';
export { type Loss } from './kernel/mailbox-core';
export { Mailbox } from './mailbox/mailbox';
export { type MailboxMetrics, type TurnTimes } from './message/mailbox-metrics';
export { type ActorId, actorId } from './message/actor-id';
export { Message } from './message/message';
export { Priority } from './message/priority';
export { type MessageSchemas } from './message/message-rules';
export { type SchemaFailure, type SchemaIssue, type SchemaPathSegment, type SchemaResult, type SchemaSuccess, type StandardSchema } from './message/standard-schema';
export { type AnyProtocol, type IsProtocol, type MessageCreator, type MessageOf, type MessageSpec, type Protocol, message, protocol } from './message/protocol';
export { type Accepted, type ReplyFor, type ReplyOf, type Tellable } from './message/reply-of';
export { type Publisher } from './message/publisher';
export { type RoutingKey } from './message/routing-key';
export { type BroadcastOptions, type PublishOptions, type SendOptions, type TellOptions } from './message/send-options';
export { type ActorStage, type BrokerEvent, type MessageStage, type TurnOutcome } from './message/broker-event';
export { type BrokerMetrics, type FailureCount } from './message/broker-metrics';
export { type DeadLetter } from './message/dead-letter';
export { type DeadLetterLogOptions } from './observability/dead-letter-log';
export { type ErrorHook, type ErrorOrigin } from './observability/error-hook';
export { type LevelLogger, type LogWriter, type Logger } from './observability/logger';
export { type RedeliverOptions, type Redelivery, DeadLetterQueue } from './observability/dead-letter-queue';
export { consistentHash } from './routing/consistent-hash';
export { leastLoaded } from './routing/least-loaded';
export { random } from './routing/random';
export { roundRobin } from './routing/round-robin';
export { type Router, type RouteTarget } from './routing/router';
