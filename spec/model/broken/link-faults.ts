import type { TellFrame } from '../../../src/distributed/link/frames';
import { MessageParcel } from '../../../src/distributed/link/parcels';
import { Receiver } from '../../../src/distributed/link/receiver';
import { ServedAsk } from '../../../src/distributed/link/served-ask';
import { RemoteJournal } from '../../../src/distributed/remote-journal';
import { RetainedValues } from '../../../src/distributed/retained-values';
import { type Fault, patch } from './fault';

/** Faults that a link could have. They are put into the link itself. */
export const LINK_FAULTS: readonly Fault[] = [
  { name: 'a cancel that is dropped', breakIt: () => patch(Receiver, 'cancel', () => () => undefined) },
  {
    name: 'a tell that is handled each time it comes',
    breakIt: () =>
      patch(Receiver, 'tell', (tell) => function (frame: TellFrame) {
        tell.call(this, frame);
        return tell.call(this, frame);
      }),
  },
  { name: 'a receipt whose tells are not counted', breakIt: () => patch(MessageParcel, 'arrived', () => () => undefined) },
  { name: 'a reply that is lost', breakIt: () => patch(ServedAsk, 'succeed', () => () => undefined) },
  { name: 'a retained value that stays behind', breakIt: () => patch(RetainedValues, 'take', () => () => true) },
  { name: 'a failure that is counted on both nodes', breakIt: () => patch(RemoteJournal, 'hasGone', () => () => undefined) },
];
