import { isComparedByDefault } from '../../../results/compare/select.ts';
import { questionOf } from '../../../results/questions/registry.ts';
import { scenarios } from '../../../scenarios/registry.ts';
import { surveyOf } from '../../fleet/registry.ts';

/** Scenarios that look at single boots: the rounds of a run serve all of them. */
export const scenariosOfOneBoot = scenarios.filter((scenario) => surveyOf(scenario) === undefined);

/** Those that boot as it suits their question. */
export const surveyedScenarios = scenarios.filter((scenario) => surveyOf(scenario) !== undefined);

/** Scenarios of one boot that are asked where none is named. */
export const usualScenarios = scenariosOfOneBoot.filter(({ onlyWhenNamed }) => onlyWhenNamed !== true);

/** Those of which something is compared by default, or that explain it: what an A/B run asks where none is named. */
export const comparedScenarios = usualScenarios.filter(
  ({ id, metrics }) =>
    questionOf(id).explainsOthers === true ||
    metrics.some((metric) => isComparedByDefault({ scenario: id, metric })),
);
