import type { ScenarioStep, StepTransition } from '../../model/scenario';
import type { CompiledStep, CompiledTransition } from '../compiled-scenario';
import type { ScenarioFinding } from '../scenario-finding';
import { findShadowedTransitions } from '../step-graph';
import { type CompiledDraft, errorFinding, warningFinding } from './compiled-draft';

/** Transitions that lead nowhere, state nothing where they must, or can never be taken. */
export function checkTransitions(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps, globalTransitions: globals } = draft;
  return [
    ...scenario.steps.flatMap((step, s) => [
      ...step.transitions.flatMap((transition, t) =>
        targetFindings(draft, transition, {
          fieldPath: `steps[${s}].transitions[${t}]`,
          stepId: step.stepId,
          transitionId: transition.transitionId || `${step.stepId}/${t + 1}`,
        }),
      ),
      ...hiddenFindings(step, s, steps.get(step.stepId)),
      ...endlessFindings(step, s),
    ]),
    ...globals.flatMap((transition, g) => [
      ...targetFindings(draft, transition.definition, {
        fieldPath: `global_transitions[${g}]`,
        stepId: '',
        transitionId: transition.id,
      }),
      ...globalFindings(transition, g, steps.get(transition.targetStepId)?.definition),
    ]),
  ];
}

interface TransitionSite {
  readonly fieldPath: string;
  readonly stepId: string;
  readonly transitionId: string;
}

function targetFindings(
  { steps, options }: CompiledDraft,
  transition: StepTransition,
  site: TransitionSite,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  if (!steps.has(transition.targetStepId)) {
    findings.push(
      errorFinding(
        'DANGLING_TRANSITION',
        `Transition "${site.transitionId}" leads to "${transition.targetStepId}", which is no step of the scenario.`,
        { ...site, fieldPath: `${site.fieldPath}.target_step_id` },
      ),
    );
  }
  if (transition.conditionText !== '' && options.semanticEvaluation === 'off') {
    findings.push(
      warningFinding(
        'SEMANTIC_EVALUATION_OFF',
        `Transition "${site.transitionId}" has a condition in natural language, and semantic evaluation is off: ${
          isOnlyText(transition) ? 'it is never taken' : 'that part is ignored'
        }.`,
        { ...site, fieldPath: `${site.fieldPath}.condition_text` },
      ),
    );
  }
  if (
    transition.conditionText !== '' &&
    options.semanticEvaluation === 'embedding' &&
    transition.conditionEmbedding.length === 0
  ) {
    findings.push(
      warningFinding(
        'CONDITION_WITHOUT_EMBEDDING',
        `Transition "${site.transitionId}" has a condition in natural language without a condition_embedding, and such conditions are judged by embedding: it is never TRUE. Give it one.`,
        { ...site, fieldPath: `${site.fieldPath}.condition_embedding` },
      ),
    );
  }
  return findings;
}

function isOnlyText(transition: StepTransition): boolean {
  return !statesRule(transition);
}

function statesRule({ intentLabel, condition, conditionFields, outcomes }: StepTransition): boolean {
  return intentLabel !== '' || condition !== '' || conditionFields.length > 0 || outcomes.length > 0;
}

function isDefaultEdge(transition: StepTransition): boolean {
  return !statesRule(transition) && transition.conditionText === '';
}

function hiddenFindings(step: ScenarioStep, s: number, compiled: CompiledStep | undefined): readonly ScenarioFinding[] {
  if (compiled?.index !== s) return [];
  const hidden = new Set(findShadowedTransitions(compiled).map(({ definition }) => definition));
  return step.transitions.flatMap((transition, t) =>
    hidden.has(transition)
      ? [
          warningFinding(
            'HIDDEN_BY_DEFAULT',
            `A default transition of step "${step.stepId}" stands above this one, which is therefore never taken. Give it a higher priority.`,
            {
              fieldPath: `steps[${s}].transitions[${t}]`,
              stepId: step.stepId,
              transitionId: transition.transitionId || `${step.stepId}/${t + 1}`,
            },
          ),
        ]
      : [],
  );
}

/** An ANYTIME transition that states nothing is TRUE on every turn. */
function endlessFindings(step: ScenarioStep, s: number): readonly ScenarioFinding[] {
  return step.transitions.flatMap((transition, t) =>
    transition.trigger === 'ANYTIME' && isDefaultEdge(transition)
      ? [
          warningFinding(
            'ANYTIME_STATES_NOTHING',
            `An ANYTIME transition of step "${step.stepId}" states nothing, so the step is left on every turn, done or not.`,
            {
              fieldPath: `steps[${s}].transitions[${t}]`,
              stepId: step.stepId,
              transitionId: transition.transitionId || `${step.stepId}/${t + 1}`,
            },
          ),
        ]
      : [],
  );
}

function globalFindings(
  transition: CompiledTransition,
  g: number,
  target: ScenarioStep | undefined,
): readonly ScenarioFinding[] {
  const site = { fieldPath: `global_transitions[${g}]`, transitionId: transition.id };
  const findings: ScenarioFinding[] = [];
  if (transition.isDefault) {
    findings.push(
      errorFinding(
        'GLOBAL_STATES_NOTHING',
        `Global transition "${transition.id}" states nothing and would always be taken.`,
        site,
      ),
    );
  }
  if (target && !target.reachableFromAnywhere) {
    findings.push(
      errorFinding(
        'GLOBAL_TARGET_NOT_REACHABLE',
        `Global transition "${transition.id}" leads to "${target.stepId}", which is not marked reachable_from_anywhere.`,
        { ...site, fieldPath: `${site.fieldPath}.target_step_id` },
      ),
    );
  }
  return findings;
}
