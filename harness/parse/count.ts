/** A whole number with nothing beside it but white space; `max` and `unlimited` are none. */
export function parseCount(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,20})\s*$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
