import { scenarios } from '../../scenarios/registry.ts';
import { surveyOf } from '../fleet/registry.ts';

/** Scenarios that look at single boots: the rounds of a run serve all of them. Asked where none is named. */
export const scenariosOfOneBoot = scenarios.filter((scenario) => surveyOf(scenario) === undefined);
