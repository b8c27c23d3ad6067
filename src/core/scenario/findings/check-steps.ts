import type { ScenarioStep } from '../../model/scenario';
import { type Check, checkEachStep } from '../checks';
import type { CompiledDraft, CompiledStep } from '../compiled-scenario';
import {
  createError,
  createWarning,
  type FindingLocation,
  locateField,
  type ScenarioFinding,
} from '../scenario-finding';
import { orderTools } from '../tool-order';

/** Finds steps whose settings contradict each other or have no effect. */
export function checkSteps(draft: CompiledDraft): Check {
  return checkEachStep(draft, (step, index) => {
    const location = { fieldPath: `steps[${index}]`, stepId: step.stepId };
    const compiled = draft.steps.get(step.stepId);
    return [
      ...checkTools(step, locateField(location, 'tool_bindings')),
      ...(compiled === undefined ? [] : checkStages(step, compiled, location)),
    ];
  });
}

function checkTools(step: ScenarioStep, location: FindingLocation): readonly ScenarioFinding[] {
  const { unknownToolIds, cyclicToolIds } = orderTools(step);
  const toolIds = [...step.toolBindings.map(({ toolId }) => toolId), ...step.toolIds];
  const findings = unknownToolIds.map((toolId) => {
    const message = `A tool of step "${step.stepId}" depends on "${toolId}", which the step does not have. Add the tool, or remove the dependency.`;
    return createError('TOOL_NOT_FOUND', message, location);
  });
  if (cyclicToolIds.length > 0) {
    const message = `Tools of step "${step.stepId}" depend on each other: ${cyclicToolIds.join(', ')}. Remove a dependency.`;
    findings.push(createError('TOOL_CYCLE', message, location));
  }
  if (new Set(toolIds).size < toolIds.length) {
    const message = `Step "${step.stepId}" lists a tool twice. Remove one of the entries.`;
    findings.push(createError('DUPLICATE_TOOL', message, location));
  }
  return findings;
}

function checkStages(
  step: ScenarioStep,
  compiled: CompiledStep,
  location: Required<Omit<FindingLocation, 'transitionId'>>,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  const { stepId } = step;
  if (step.isRequiredAction && !compiled.hasActStage) {
    const message = `Step "${stepId}" requires an action but has no tool. Add the tool that performs the action.`;
    findings.push(createError('REQUIRED_ACTION_WITHOUT_TOOL', message, locateField(location, 'is_required_action')));
  }
  if (step.canSkip === true && compiled.stopsWalk) {
    const message = `can_skip of step "${stepId}" has no effect, because terminal steps, checkpoints and required actions are never skipped. Remove it.`;
    findings.push(createWarning('CAN_SKIP_WITHOUT_EFFECT', message, locateField(location, 'can_skip')));
  }
  if (step.performsAction && !step.isRequiredAction && !compiled.hasActStage) {
    const message = `Step "${stepId}" performs an action but has no tool, so it never contributes an ACTION_HINT. Add the tool, or remove performs_action.`;
    findings.push(createWarning('ACTION_WITHOUT_TOOL', message, locateField(location, 'performs_action')));
  }
  if (step.ending === 'FAILED' && !step.isTerminal) {
    const message = `ending of step "${stepId}" has no effect, because the step is not terminal. Mark it is_terminal, or remove ending.`;
    findings.push(createWarning('ENDING_WITHOUT_EFFECT', message, locateField(location, 'ending')));
  }
  if (step.speak === 'WITH_NEXT' && step.templateIds.length === 0) {
    const message = `speak of step "${stepId}" has no effect, because the step has no template. Add template_ids, or remove speak.`;
    findings.push(createWarning('SPEAK_WITHOUT_TEMPLATE', message, locateField(location, 'speak')));
  }
  const problem = hasStage(step, compiled) ? undefined : findProblemWithoutStages(step, compiled);
  if (problem !== undefined) {
    const message = `Step "${stepId}" does not collect, call, confirm, act or inform. ${problem}`;
    findings.push(createWarning('STEP_SAYS_NOTHING', message, location));
  }
  return findings;
}

function hasStage(step: ScenarioStep, { hasConfirmStage, call }: CompiledStep): boolean {
  const { collectsProfileFields, toolBindings, toolIds, templateIds } = step;
  return (
    hasConfirmStage ||
    call !== undefined ||
    [collectsProfileFields, toolBindings, toolIds, templateIds].some(({ length }) => length > 0)
  );
}

/**
 * Returns why a step without stages is a problem; undefined if it is not. A walk passes through such a step, unless it is a checkpoint.
 * A walk always ends at a checkpoint (3.5).
 */
function findProblemWithoutStages(step: ScenarioStep, compiled: CompiledStep): string | undefined {
  if (step.isTerminal || step.isRequiredAction) return undefined;
  if (compiled.stopsWalk) {
    return 'A walk always ends at a checkpoint, so the instance contributes nothing for a turn. Add a stage, or remove is_checkpoint.';
  }
  if (step.canSkip !== false) return undefined;
  return 'Walks pass through it although can_skip is false. Add a stage, or remove can_skip.';
}
