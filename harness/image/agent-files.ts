import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';

/** A file of the agent: what it holds, and where and how it is installed inside an image. */
export interface AgentFile {
  /** Absolute inside the image. */
  installedAs: string;
  mode: number;
  content: string;
}

export const AGENT_UNIT = '/usr/lib/systemd/system/twinboot-agent.service';
export const AGENT_PROGRAM = '/usr/lib/twinboot/agent';
/** What `systemctl enable` would make of the unit's [Install] section. */
export const AGENT_ENABLED = '/etc/systemd/system/multi-user.target.wants/twinboot-agent.service';

/** The agent as this twinboot brings it. Part of an image's recipe: another agent makes another image. */
export function agentFiles(): AgentFile[] {
  const folder = join(packageRoot(), 'harness', 'guest', 'in-guest');
  return [
    {
      installedAs: AGENT_PROGRAM,
      mode: 0o755,
      content: readFileSync(join(folder, 'twinboot-agent.sh'), 'utf8'),
    },
    {
      installedAs: AGENT_UNIT,
      mode: 0o644,
      content: readFileSync(join(folder, 'twinboot-agent.service'), 'utf8'),
    },
  ];
}
