import { expect, it } from 'vitest';
import { questionOf, questions } from '../../../../results/questions/registry.ts';
import { scenarios } from '../../../../scenarios/registry.ts';

it.each(questions.map((question) => [question.id, question] as const))(
  '%s is a scenario, and names metrics that it declares',
  (id, { alsoCompared = [], notCompared = [], inBrief = [] }) => {
    const declared = scenarios.find((scenario) => scenario.id === id)?.metrics.map((metric) => metric.id);
    const named = [...alsoCompared, ...inBrief, ...(notCompared === 'all' ? [] : notCompared)];
    expect(declared).toEqual(expect.arrayContaining(named));
  },
);

it('of a scenario that nobody has described nothing is known but its id', () => {
  expect(questionOf('constructor')).toEqual({ id: 'constructor' });
});
