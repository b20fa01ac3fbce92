import { runError } from '../../core/error.ts';
import type { Agent, Answer } from '../guest/agent.ts';
import type { Question } from '../guest/protocol.ts';

/** A question that has to succeed inside the guest. */
export async function ask(
  agent: Agent,
  question: Question,
  argument = '',
  good: readonly number[] = [0],
  deadlineMs?: number,
): Promise<Answer> {
  const answer = await agent.ask(question, argument, deadlineMs);
  if (good.includes(answer.status)) return answer;
  const said = [...answer.lines.slice(-3), ...answer.said].slice(-3).join(' / ');
  throw runError(
    'agent-question-failed',
    `"${question}" failed inside the guest (exit ${answer.status}): ${said}`,
  );
}
