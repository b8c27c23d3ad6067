import type { ScenarioFinding } from '../scenario-finding';
import { checkFields } from './check-fields';
import { checkGraph } from './check-graph';
import { checkIds } from './check-ids';
import { checkSteps } from './check-steps';
import { checkTransitions } from './check-transitions';
import type { CompiledDraft } from './compiled-draft';

/** Everything that is wrong with, or noteworthy in, a definition, ERRORs first, each group in the order of the definition. */
export function checkScenario(draft: CompiledDraft): readonly ScenarioFinding[] {
  const all = [
    ...checkIds(draft),
    ...checkSteps(draft),
    ...checkTransitions(draft),
    ...draft.conditionFindings,
    ...checkGraph(draft),
    ...checkFields(draft),
  ];
  return [
    ...all.filter(({ severity }) => severity === 'ERROR'),
    ...all.filter(({ severity }) => severity === 'WARNING'),
  ];
}
