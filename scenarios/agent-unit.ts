/** The unit that starts twinboot's agent: it is no part of the image that is measured. */
export const AGENT_UNIT = 'twinboot-agent.service';
