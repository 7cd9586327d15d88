import { actorId, message, protocol, topic } from 'rx-broker';

export const cart = topic<readonly string[]>('shop.cart');
export const Toast = protocol('toast', { show: message<{ text: string }>() });
export const toasts = actorId(Toast);
