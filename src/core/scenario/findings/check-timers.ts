import type { ScenarioStep } from '../../model/scenario';
import { type Check, checkEachStep } from '../checks';
import type { CompiledDraft, CompiledStep, CompiledTransition } from '../compiled-scenario';
import {
  createWarning,
  type FindingLocation,
  locateField,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from '../scenario-finding';

/** Finds transitions whose time is never waited for, and reminders that are never due or have nothing to ask (section 14). */
export function* checkTimers(draft: CompiledDraft): Check {
  const { scenario, steps, globalTransitions } = draft;
  const canWaitLonger = [...steps.values()].some((step) => canOutlastIdleTimeout(draft, step));
  const askableFields = new Set([
    ...[...steps.values()].flatMap(({ collectedFields }) => collectedFields),
    ...scenario.requiredFields.map(({ fieldName }) => fieldName),
  ]);
  yield* checkEachStep(draft, (step, _, compiled) =>
    compiled === undefined
      ? []
      : [...checkAfter(draft, step, compiled), ...checkReminders(draft, step, compiled, askableFields)],
  );
  if (canWaitLonger) return;
  for (const [index, { id, afterMs, definition }] of globalTransitions.entries()) {
    yield* checkIdleTimeout(draft, id, afterMs, locateGlobalTransition(definition, index));
  }
}

function checkAfter(draft: CompiledDraft, step: ScenarioStep, compiled: CompiledStep): readonly ScenarioFinding[] {
  return step.transitions.flatMap((definition, index) => {
    const { transitionId, ...location } = locateTransition(step, compiled.index, index);
    if (definition.afterMs === undefined) return [];
    const afterLocation = { ...locateField(location, 'after'), transitionId };
    const transition = compiled.completionTransitions.find((each) => each.definition === definition);
    const reason = transition && explainNotReached(transition, compiled);
    if (reason !== undefined) {
      const message = `The time of transition "${transitionId}" is never waited for: ${reason}. To leave the step before it is finished, set trigger ANYTIME.`;
      return [createWarning('AFTER_NOT_REACHED', message, afterLocation)];
    }
    if (canOutlastIdleTimeout(draft, compiled)) return [];
    return checkIdleTimeout(draft, transitionId, definition.afterMs, { ...location, transitionId });
  });
}

/**
 * Returns why an ON_COMPLETION transition is not evaluated at a time at which it can be TRUE. A step is finished by a message, after which
 * no time has passed, unless it has a call, act or inform stage.
 */
function explainNotReached(transition: CompiledTransition, step: CompiledStep): string | undefined {
  const { collectedFields, call, hasConfirmStage, hasActStage, hasInformStage, isTerminal } = step;
  if (call !== undefined || hasActStage || hasInformStage || isTerminal || transition.readsOutcome) return undefined;
  const others = step.completionTransitions.filter((other) => other !== transition && !other.returns);
  if (others.some(({ isDefault }) => isDefault)) {
    return `when step "${step.stepId}" is finished, its default transition is taken at once`;
  }
  const isFinishedByAnswer = collectedFields.length > 0 || hasConfirmStage;
  if (!isFinishedByAnswer || others.length === 0) return undefined;
  return `an answer of the customer finishes step "${step.stepId}", and then its other transitions are evaluated at once`;
}

/** An idle instance of the scenario is paused or canceled, unless its step has an action or a call under way (2.7). */
function canOutlastIdleTimeout({ scenario }: CompiledDraft, { hasActStage, call }: CompiledStep): boolean {
  return scenario.idleTimeoutMs === undefined || hasActStage || call !== undefined;
}

function checkIdleTimeout(
  { scenario: { idleTimeoutMs, idleAction } }: CompiledDraft,
  transitionId: string,
  afterMs: number | undefined,
  location: FindingLocation,
): readonly ScenarioFinding[] {
  if (idleTimeoutMs === undefined || afterMs === undefined || afterMs < idleTimeoutMs) return [];
  const message = `The time of transition "${transitionId}" is never waited for: idle_timeout is not longer and ${idleEffects[idleAction]} the instance first. Set a longer idle_timeout, or a shorter time.`;
  return [createWarning('AFTER_NOT_REACHED', message, locateField(location, 'after'))];
}

const idleEffects = { PAUSE: 'pauses', CANCEL: 'cancels' } as const;

function checkReminders(
  draft: CompiledDraft,
  step: ScenarioStep,
  compiled: CompiledStep,
  askableFields: ReadonlySet<string>,
): readonly ScenarioFinding[] {
  const location = { fieldPath: `steps[${compiled.index}]`, stepId: step.stepId };
  if (step.remindAfterMs === undefined) {
    if (step.maxReminders === 1) return [];
    const message = `max_reminders of step "${step.stepId}" has no effect without remind_after. Set remind_after, or remove it.`;
    return [createWarning('MAX_REMINDERS_WITHOUT_EFFECT', message, locateField(location, 'max_reminders'))];
  }
  const remindLocation = locateField(location, 'remind_after');
  if (!canAsk(compiled, askableFields)) {
    const message = `remind_after of step "${step.stepId}" has no effect, because the step asks and confirms nothing. Remove it.`;
    return [createWarning('REMINDER_WITHOUT_QUESTION', message, remindLocation)];
  }
  const { idleTimeoutMs, idleAction } = draft.scenario;
  if (idleTimeoutMs === undefined || step.remindAfterMs < idleTimeoutMs) return [];
  const message = `The reminder of step "${step.stepId}" is never due: idle_timeout is not longer and ${idleEffects[idleAction]} the instance first. Set a longer idle_timeout, or a shorter remind_after.`;
  return [createWarning('REMINDER_NOT_REACHED', message, remindLocation)];
}

/** Whether the step collects or confirms, or can ask for a field that one of its transitions reads (3.3). */
function canAsk(step: CompiledStep, askableFields: ReadonlySet<string>): boolean {
  if (step.collectedFields.length > 0 || step.hasConfirmStage) return true;
  return step.completionTransitions.some(({ fieldsRead }) => fieldsRead.some((field) => askableFields.has(field)));
}
