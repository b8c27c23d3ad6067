import { type ContributionType, ScenarioContribution } from '../../../gen/focal/orchestration/v1/contribution';
import { type ScenarioLifecycleAction, ScenarioLifecycleDecision } from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type Chart, type ChartStep, parseChart } from '../../../tools/replay/chart';
import {
  type DialogueInputs,
  parseDialogueInputs,
  type SignalInput,
  type TurnInputs,
} from '../../../tools/replay/dialogue-inputs';
import { toScenarioId } from '../../../tools/replay/replay-ids';

/** A chart step without content. */
export function aChartStep(parts: Partial<ChartStep> & Pick<ChartStep, 'step_id' | 'kind'>): ChartStep {
  return {
    collects_profile_fields: [],
    can_skip: false,
    optional: false,
    checkpoint: false,
    confirms_fields: [],
    tools: [],
    terminal: false,
    text: '',
    next: [],
    ...parts,
  };
}

/** The chart of a search: ask for a city, search, present the results. */
export function aSearchChart(parts: Partial<Chart> = {}): Chart {
  return parseChart({
    scenario_id: 'sgd.Homes_1.FindHome',
    title: 'FindHome',
    description: 'Find a home',
    domain: 'Homes',
    source: { dataset: 'sgd' },
    transactional: false,
    entry_step: 'collect.city',
    fields: [{ field_id: 'Homes_1.city', description: 'The city', required: true }],
    steps: [
      aChartStep({
        step_id: 'collect.city',
        kind: 'collect',
        collects_profile_fields: ['Homes_1.city'],
        can_skip: true,
        next: [{ on: 'collected', to: 'call' }],
      }),
      aChartStep({
        step_id: 'call',
        kind: 'action',
        tools: ['Homes_1.FindHome'],
        next: [
          { on: 'success', to: 'present' },
          { on: 'failure', to: 'present' },
        ],
      }),
      aChartStep({
        step_id: 'present',
        kind: 'inform',
        next: [
          { on: 'facts_changed', to: 'call' },
          { on: 'alternatives', to: 'present' },
          { on: 'done', to: 'end' },
        ],
      }),
      aChartStep({ step_id: 'end', kind: 'inform', terminal: true }),
    ],
    ...parts,
  });
}

/** The chart of a booking: ask for a day, confirm, book, retry after a failure. */
export function aBookingChart(parts: Partial<Chart> = {}): Chart {
  return parseChart({
    scenario_id: 'sgd.Homes_1.BookVisit',
    title: 'BookVisit',
    description: 'Book a visit',
    domain: 'Homes',
    source: { dataset: 'sgd' },
    transactional: true,
    entry_step: 'collect.day',
    fields: [{ field_id: 'Homes_1.day', description: 'The day', required: true }],
    steps: [
      aChartStep({
        step_id: 'collect.day',
        kind: 'collect',
        collects_profile_fields: ['Homes_1.day'],
        can_skip: true,
        next: [{ on: 'collected', to: 'confirm' }],
      }),
      aChartStep({
        step_id: 'confirm',
        kind: 'confirm',
        checkpoint: true,
        confirms_fields: ['Homes_1.day'],
        next: [
          { on: 'confirmed', to: 'call' },
          { on: 'rejected', to: 'confirm' },
        ],
      }),
      aChartStep({
        step_id: 'call',
        kind: 'action',
        tools: ['Homes_1.BookVisit'],
        next: [
          { on: 'success', to: 'inform' },
          { on: 'failure', to: 'inform_failure' },
        ],
      }),
      aChartStep({
        step_id: 'inform_failure',
        kind: 'inform',
        next: [
          { on: 'confirmed', to: 'call' },
          { on: 'facts_changed', to: 'confirm' },
        ],
      }),
      aChartStep({ step_id: 'inform', kind: 'inform', terminal: true }),
    ],
    ...parts,
  });
}

/** A signal of a message for one scenario, by default `continue`. */
export function aSignal(parts: Partial<SignalInput> & Pick<SignalInput, 'scenario_id'>): SignalInput {
  return {
    signal: 'continue',
    confirmation: null,
    requested_fields: [],
    wants_alternatives: false,
    selected_offer: false,
    ...parts,
  };
}

/** A turn without inputs. */
export function aTurn(
  inputs: Partial<TurnInputs['inputs']> = {},
  parts: Partial<Pick<TurnInputs, 'turn' | 'tool_outcomes'>> = {},
): TurnInputs {
  const empty = { intent: null, candidates: [], signals: [], session_signal: null, facts: [], facts_cleared: [] };
  return { turn: 1, tool_outcomes: [], ...parts, inputs: { ...empty, ...inputs } };
}

/** A dialogue of the given turns, numbered from 1. */
export function aDialogue(turns: readonly TurnInputs[]): DialogueInputs {
  return parseDialogueInputs({
    dialogue_id: 'd1',
    turns: turns.map((turn, index) => ({ ...turn, turn: index + 1 })),
  });
}

/** A contribution, by default of an instance of the search. */
export function aContribution(
  type: ContributionType,
  parts: {
    readonly scenario?: string;
    readonly instanceId?: string;
    readonly stepId?: string;
    readonly actionKey?: string;
    readonly deferred?: boolean;
    readonly fieldsToAsk?: string[];
    readonly tools?: { readonly toolId: string }[];
  } = {},
): ScenarioContribution {
  const { scenario = 'sgd.Homes_1.FindHome', ...rest } = parts;
  return ScenarioContribution.fromPartial({
    instanceId: 'instance-1',
    ...rest,
    type,
    scenarioId: toScenarioId(scenario),
  });
}

/** A lifecycle decision, by default about an instance of the search. */
export function aDecision(
  action: ScenarioLifecycleAction,
  parts: { readonly scenario?: string; readonly instanceId?: string; readonly resumed?: boolean } = {},
): ScenarioLifecycleDecision {
  const { scenario = 'sgd.Homes_1.FindHome', ...rest } = parts;
  return ScenarioLifecycleDecision.fromPartial({
    instanceId: 'instance-1',
    ...rest,
    action,
    scenarioId: toScenarioId(scenario),
  });
}

/** A response with the given contributions and lifecycle decisions. */
export function aResponse(
  contributions: ScenarioContribution[] = [],
  lifecycleDecisions: ScenarioLifecycleDecision[] = [],
): ProcessTurnResponse {
  return ProcessTurnResponse.fromPartial({ plan: { contributions }, lifecycleDecisions });
}
