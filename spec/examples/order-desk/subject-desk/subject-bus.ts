import { Subject } from 'rxjs';
import type { AuditEntry, Order, OrderDraft, Price, Verdict } from '../messages';

/** A question to the risk service. */
export interface Question {
  readonly id: number;
  readonly draft: OrderDraft;
}

/** The answer to the question with this number. */
export interface Answer extends Verdict {
  readonly id: number;
}

/** A hand-rolled bus, as many applications have it: a Subject for each kind of event. A question and its answer belong together by a number. */
export class SubjectBus {
  readonly quotes$ = new Subject<Price>();
  readonly orders$ = new Subject<Order>();
  readonly cancellations$ = new Subject<{ readonly orderId: number }>();
  readonly questions$ = new Subject<Question>();
  readonly verdicts$ = new Subject<Answer>();
  readonly executions$ = new Subject<Order>();
  readonly entries$ = new Subject<AuditEntry>();
}
