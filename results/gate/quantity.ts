import { GIB, KIB, MIB, type Unit } from '../../core/units.ts';

/** A number as a gate's file says it: `500 ms`, `64 MiB`, `12`. A number without a unit is a count or a ratio. */
export interface Quantity {
  /** In `unit`. */
  value: number;
  unit: Unit;
  /** As it was written. */
  text: string;
}

const suffixes: Readonly<Record<string, Pick<Quantity, 'value' | 'unit'>>> = {
  ms: { value: 1, unit: 'ms' },
  s: { value: 1000, unit: 'ms' },
  min: { value: 60_000, unit: 'ms' },
  B: { value: 1, unit: 'bytes' },
  K: { value: KIB, unit: 'bytes' },
  M: { value: MIB, unit: 'bytes' },
  G: { value: GIB, unit: 'bytes' },
};

/** `500 ms`, `2s`, `1.5 min`, `64 MiB`, `512M`; sizes are powers of 1024, as in `--memory 512M`. */
export const QUANTITY = /^(\d{1,12}(?:\.\d{1,6})?) ?(?:(ms|s|min|B|[KMG])|([KMG])i?B)$/;

/** `10%`, `2.5 %`. */
export const PERCENT = /^(\d{1,4}(?:\.\d{1,6})?) ?%$/;

/** `undefined` where the text is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  const [, digits, suffix, size] = QUANTITY.exec(text) ?? [];
  const one = suffixes[suffix ?? size ?? ''];
  return one && { value: Number(digits) * one.value, unit: one.unit, text };
}

/** `10%` → 0.1; `undefined` where the text is no percentage. */
export function parsePercent(text: string): number | undefined {
  const digits = PERCENT.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits) / 100;
}

/** How a limit of each unit is written; part of the message that refuses another form. */
export const examples: Readonly<Record<Unit, string>> = {
  ms: 'a time, such as 500 ms or 2 s',
  ns: 'a number without a unit, such as 150 (ns)',
  bytes: 'a size, such as 64 MiB or 512M',
  count: 'a number without a unit, such as 12',
  'ms/s': 'a number without a unit, such as 12 (ms of CPU time per second)',
  'count/s': 'a number without a unit, such as 12 (per second)',
  ratio: 'a number without a unit, such as 2.5',
};
