import { z } from 'zod';
import { gateFileSchema } from '../gate/file-schema.ts';

/**
 * `twinboot.yaml` as JSON Schema, for editors: `# yaml-language-server: $schema=…` in its first line. Draft 7, since
 * that is what editors' YAML support understands everywhere.
 */
export function gateJsonSchema(): Record<string, unknown> {
  const { $schema, ...gate } = z.toJSONSchema(gateFileSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    $id: 'urn:twinboot:gate:1',
    title: 'twinboot gate',
    description: 'What `twinboot gate` runs, and the rules that its record must keep.',
    ...gate,
  };
}
