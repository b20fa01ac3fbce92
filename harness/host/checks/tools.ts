import { installedPackages } from '../dpkg.ts';
import { installHint, toolState, toolsFor, type Need, type ToolState } from '../tools.ts';
import type { Examiner, Finding } from './check.ts';

export function toolExaminers(need: Need): Examiner[] {
  return toolsFor(need).map((tool) => ({
    id: `tool-${tool.name}`,
    title: tool.name,
    needed: true,
    examine: async ({ runner }) => toolFinding(await toolState(tool, installedPackages(), runner)),
  }));
}

export function toolFinding({ tool, path, version }: ToolState): Finding {
  if (path !== undefined) return { state: 'ok', found: version ?? `${path}, version unknown` };
  return { state: 'missing', found: 'not installed', reason: `it ${tool.purpose}`, fix: installHint(tool) };
}
