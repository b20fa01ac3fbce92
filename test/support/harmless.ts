import { expect } from 'vitest';

/** What a terminal acts on, and what makes a text read as another. */
export const acting =
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\uffff]|\p{Surrogate}/u;
/** What a CI log takes for a command. */
const command = /^\s*::|##[\w.-]*\[/mu;

/** On a terminal or in a log it does nothing but be read. */
export function expectShown(text: string): void {
  expect(text).not.toMatch(acting);
  expect(text).not.toMatch(command);
}
