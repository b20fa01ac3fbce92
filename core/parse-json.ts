import type { ZodType } from 'zod';

/** What a JSON text says, as the schema has it; `undefined` where there is no text, or one that says something else. */
export function jsonAs<T>(schema: ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
