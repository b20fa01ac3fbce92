import type { Agent } from '../guest/agent.ts';
import { workCommand } from '../guest/sent-program.ts';
import { parseWork, type WorkFigures } from '../parse/work.ts';
import { ask } from './ask.ts';

/** The program ends by itself: it gives up an operation after 15 s. */
const DEADLINE_MS = 150_000;

/** How fast an instance works now. Errors: those of the agent; `agent-question-failed`. */
export async function workInside(agent: Agent): Promise<WorkFigures> {
  const { lines } = await ask(agent, 'exec', workCommand(), [0], DEADLINE_MS);
  return parseWork(lines);
}
