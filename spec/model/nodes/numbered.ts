import type { Command, Plan, Script } from '../command';

/** A plan that names its message, so that the message has the same number in whichever order messages are sent. Each plan is played once. */
export interface NumberedPlan extends Plan {
  readonly number: number;
}

/** Numbers the plans of a script. */
export function numbered(script: Script): Script {
  let last = 0;
  const plan = (given: Plan): NumberedPlan => {
    const number = ++last;
    const { carry, reply } = given;
    return { ...given, number, ...(carry !== undefined && { carry: command(carry) }), reply: typeof reply === 'object' ? { ...reply, plan: plan(reply.plan) } : reply };
  };
  const command = (given: Command): Command => {
    if ('plan' in given) return { ...given, plan: plan(given.plan) };
    return given.do === 'register' ? { ...given, mailbox: { ...given.mailbox, holds: given.mailbox.holds.map(plan) } } : given;
  };
  return { ...script, commands: script.commands.map(command) };
}

export function numberOf(plan: Plan): number {
  return (plan as NumberedPlan).number;
}
