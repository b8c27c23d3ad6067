import type { Scenario } from '../../model/scenario';
import { listCalls } from '../call-graph';
import type { CatalogueFinding } from '../catalogue-finding';
import { checkCallCycles } from './check-calls';

/** Finds calls of scenarios that do not exist, calls that form a cycle, and returned fields that the called scenario does not have (section 11). */
export function checkCalledScenarios(scenarios: readonly Scenario[]): readonly CatalogueFinding[] {
  const byId = new Map(scenarios.map((scenario) => [scenario.scenarioId, scenario]));
  return scenarios.flatMap((scenario, index) => [
    ...checkCallTargets(scenario, index, byId),
    ...checkReturnedFields(scenario, index, byId),
  ]);
}

type ScenariosById = ReadonlyMap<string, Scenario>;

function checkCallTargets(scenario: Scenario, index: number, byId: ScenariosById): readonly CatalogueFinding[] {
  const missing = listCalls(scenario).flatMap(
    ({ targetScenarioId, stepId, fieldPath }): readonly CatalogueFinding[] => {
      if (byId.has(targetScenarioId)) return [];
      const message = `Step "${stepId}" calls scenario ${targetScenarioId}, which does not exist, so the call fails. Add the scenario, or correct the id.`;
      return [{ code: 'CALL_WITHOUT_SCENARIO', message, kind: 'SCENARIO', index, fieldPath }];
    },
  );
  // The checks of a single scenario report the cycles that it has on its own.
  const ownCycles = new Set(checkCallCycles(scenario, () => undefined).map(({ fieldPath }) => fieldPath));
  const cycles = checkCallCycles(scenario, (id) => byId.get(id)).filter(({ fieldPath }) => !ownCycles.has(fieldPath));
  return [
    ...missing,
    ...cycles.map(
      ({ message, fieldPath }) => ({ code: 'CALL_CYCLE', message, kind: 'SCENARIO', index, fieldPath }) as const,
    ),
  ];
}

function checkReturnedFields({ steps }: Scenario, index: number, byId: ScenariosById): readonly CatalogueFinding[] {
  return steps.flatMap(({ calls }, stepIndex) => {
    const called = calls && byId.get(calls.scenarioId);
    if (calls === undefined || called === undefined) return [];
    const providedFields = new Set(
      called.steps.flatMap((step) => [
        ...step.collectsProfileFields,
        ...step.toolBindings.flatMap(({ variableNames }) => variableNames),
        ...(step.calls?.returns ?? []),
      ]),
    );
    return calls.returns.flatMap((field, fieldIndex): readonly CatalogueFinding[] => {
      if (providedFields.has(field)) return [];
      const message = `The call returns "${field}", but "${called.name}" neither collects it nor fills it with a tool, so it has no value. Correct its name, or remove it.`;
      const fieldPath = `steps[${stepIndex}].calls.returns[${fieldIndex}]`;
      return [{ code: 'RETURNED_FIELD_NOT_PROVIDED', message, kind: 'SCENARIO', index, fieldPath }];
    });
  });
}
