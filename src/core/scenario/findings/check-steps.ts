import type { ScenarioStep } from '../../model/scenario';
import type { CompiledStep } from '../compiled-scenario';
import type { ScenarioFinding } from '../scenario-finding';
import { orderTools } from '../tool-order';
import { type CompiledDraft, errorFinding, type FindingLocation, warningFinding } from './compiled-draft';

/** Steps that say something that cannot be worked. */
export function checkSteps({ scenario, steps }: CompiledDraft): readonly ScenarioFinding[] {
  return scenario.steps.flatMap((step, index) => {
    const site = { fieldPath: `steps[${index}]`, stepId: step.stepId };
    const compiled = steps.get(step.stepId);
    const findings = [...toolFindings(step, index)];
    if (step.isRequiredAction && compiled && !compiled.hasActStage) {
      findings.push(
        errorFinding(
          'REQUIRED_ACTION_WITHOUT_TOOL',
          `Step "${step.stepId}" requires an action but names no tool that could do it.`,
          {
            ...site,
            fieldPath: `${site.fieldPath}.is_required_action`,
          },
        ),
      );
    }
    if (step.canSkip === true && compiled?.stopsWalk) {
      findings.push(
        warningFinding(
          'CAN_SKIP_WITHOUT_EFFECT',
          `Step "${step.stepId}" is terminal, a checkpoint or a required action and is never passed over; can_skip has no effect.`,
          { ...site, fieldPath: `${site.fieldPath}.can_skip` },
        ),
      );
    }
    if (step.performsAction && !step.isRequiredAction && compiled && !compiled.hasActStage) {
      findings.push(
        warningFinding(
          'ACTION_WITHOUT_TOOL',
          `Step "${step.stepId}" performs an action but names no tool, so nothing is ever hinted. Name the tool, or leave performs_action out.`,
          { ...site, fieldPath: `${site.fieldPath}.performs_action` },
        ),
      );
    }
    if (saysNothing(step) && compiled && !compiled.hasConfirmStage)
      findings.push(...silenceFindings(step, compiled, site));
    return findings;
  });
}

/** A step that says nothing is walked through, but for a checkpoint: a walk ends there, in a turn without a word (3.5). */
function silenceFindings(
  step: ScenarioStep,
  compiled: CompiledStep,
  site: FindingLocation,
): readonly ScenarioFinding[] {
  const says = `Step "${step.stepId}" collects, confirms, does and tells nothing`;
  if (compiled.stopsWalk) {
    const message = `${says}, and a checkpoint is never walked through: the instance stands there for a turn in silence. Let it confirm something, or be no checkpoint.`;
    return [warningFinding('STEP_SAYS_NOTHING', message, site)];
  }
  if (step.canSkip !== false) return [];
  return [warningFinding('STEP_SAYS_NOTHING', `${says}; it is walked through although can_skip is false.`, site)];
}

function saysNothing(step: ScenarioStep): boolean {
  return (
    !step.isTerminal &&
    !step.isRequiredAction &&
    step.collectsProfileFields.length + step.toolBindings.length + step.toolIds.length + step.templateIds.length === 0
  );
}

function toolFindings(step: ScenarioStep, index: number): readonly ScenarioFinding[] {
  const { unknownToolIds: unknown, cyclicToolIds: cycle } = orderTools(step);
  const site = { fieldPath: `steps[${index}].tool_bindings`, stepId: step.stepId };
  const ids = [...step.toolBindings.map(({ toolId }) => toolId), ...step.toolIds];
  return [
    ...unknown.map((tool) =>
      errorFinding(
        'TOOL_NOT_FOUND',
        `A tool of step "${step.stepId}" depends on "${tool}", which the step does not have.`,
        site,
      ),
    ),
    ...(cycle.length > 0
      ? [errorFinding('TOOL_CYCLE', `Tools of step "${step.stepId}" wait for each other: ${cycle.join(', ')}.`, site)]
      : []),
    ...(new Set(ids).size < ids.length
      ? [errorFinding('DUPLICATE_TOOL', `Step "${step.stepId}" names a tool twice. Keep one of the two.`, site)]
      : []),
  ];
}
