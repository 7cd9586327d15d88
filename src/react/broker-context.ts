import { type Context, createContext } from 'react';
import type { MessageBroker } from '../message/message-broker';

/** Holds the broker of the nearest `BrokerProvider`. */
export const BrokerContext: Context<MessageBroker | null> = /* @__PURE__ */ createContext<MessageBroker | null>(null);
