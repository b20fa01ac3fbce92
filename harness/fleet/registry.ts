import type { ArtifactName } from '../contract/artifacts.ts';
import type { SurveyName, SurveyReadings } from '../contract/fleet-readings.ts';
import type { Need, Scenario } from '../contract/scenario.ts';
import { contentionSurvey } from './contention.ts';
import { densitySurvey } from './density.ts';
import { kernelUseSurvey } from './kernel-use.ts';
import { minimumMemorySurvey } from './minimum-memory.ts';
import { stormSurvey } from './storm.ts';
import type { Survey, SurveyContext } from './survey.ts';

/** How each reading that takes boots of its own is taken. All other needs are artifacts of one boot. */
const surveys: { [Name in SurveyName]: Survey<SurveyReadings[Name]> } = {
  density: densitySurvey,
  storm: stormSurvey,
  'minimum-memory': minimumMemorySurvey,
  'kernel-use': kernelUseSurvey,
  contention: contentionSurvey,
};

const isSurvey = (name: Need): name is SurveyName => name in surveys;

/** The survey that a scenario needs; `undefined` for one that looks at single boots. */
export function surveyOf({ needs }: Pick<Scenario, 'needs'>): SurveyName | undefined {
  return needs.find(isSurvey);
}

/** What a scenario needs of one booted instance. */
export function artifactsOf({ needs }: Pick<Scenario, 'needs'>): ArtifactName[] {
  return needs.filter((name): name is ArtifactName => !isSurvey(name));
}

/** Takes the reading with this name; `grown` is called with every state of it that is worth keeping. */
export async function takeReading(
  name: SurveyName,
  context: SurveyContext,
  grown: (readings: Partial<SurveyReadings>) => Promise<void>,
): Promise<Partial<SurveyReadings>> {
  const survey: Survey<SurveyReadings[SurveyName]> = surveys[name];
  const named = (reading: SurveyReadings[SurveyName]): Partial<SurveyReadings> => ({ [name]: reading });
  return named(await survey.take(context, (state) => grown(named(state))));
}
