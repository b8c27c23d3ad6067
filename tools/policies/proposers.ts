import type { ModelProposal, ProposedAction } from '../../src/core/model/model-proposal';
import type { Session } from '../../src/core/model/session';
import type { CandidateVariable, ScenarioSignal, Turn } from '../../src/core/model/turn';
import type { SeededRandom } from '../chaos/seeded-random';
import type { PolicyCatalogue } from './policy-catalogue';
import type { Interference } from './policy-session';
import type { RetailData } from './retail-database';
import { aimSignal, giveValue } from './turn-builder';

/**
 * Stand-ins for the services that read a message and for the optional model (`use_llm`).
 * - everything: names and starts every scenario on every message, and proposes to complete every instance on every turn;
 * - random: names, starts, pauses, completes and cancels at random.
 *
 * Both invent values that the customer did not give. They do not invent who the customer is or a yes: no rule can tell that from what the
 * customer said.
 */
export const proposers = ['none', 'everything', 'random'] as const;
export type Proposer = (typeof proposers)[number];

/** CONTINUE more often than the others, so that some requests come to their end. */
const actions: readonly ProposedAction[] = [
  ...Array.from({ length: 12 }, () => 'CONTINUE' as const),
  ...(['PAUSE', 'COMPLETE', 'CANCEL'] as const),
];
const signals: readonly ScenarioSignal[] = ['START', 'CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL', 'BACK'];

/** Creates the function that adds proposals to each turn; undefined for no proposer. */
export function createProposer(
  proposer: Proposer,
  policy: PolicyCatalogue,
  data: RetailData,
  random: SeededRandom,
): Interference['propose'] {
  const scenarioIds = policy.scenarios.map(({ scenarioId }) => scenarioId);
  const pickValues = (): readonly CandidateVariable[] => createInventedValues(data, random);
  const table: Readonly<Record<Proposer, Interference['propose']>> = {
    none: undefined,
    everything: (session, turn) => ({
      turn: addReadings(turn, {
        candidateIds: scenarioIds,
        signals: [
          { signal: 'START', scenarioIds },
          { signal: 'CONTINUE', scenarioIds },
        ],
        values: pickValues(),
      }),
      proposal: propose(
        session,
        scenarioIds,
        () => 'COMPLETE',
        () => true,
      ),
    }),
    random: (session, turn) => ({
      turn: addReadings(turn, {
        candidateIds: scenarioIds.filter(() => random.nextBoolean(0.3)),
        signals: random.nextBoolean(0.2)
          ? [{ signal: random.pick(signals), scenarioIds: [random.pick(scenarioIds)] }]
          : [],
        values: random.nextBoolean(0.3) ? [random.pick(pickValues())] : [],
      }),
      proposal: propose(
        session,
        scenarioIds,
        () => random.pick(actions),
        () => random.nextBoolean(0.5),
      ),
    }),
  };
  return table[proposer];
}

interface Readings {
  readonly candidateIds: readonly string[];
  readonly signals: readonly { readonly signal: ScenarioSignal; readonly scenarioIds: readonly string[] }[];
  readonly values: readonly CandidateVariable[];
}

/** Adds what was read from the message. Results of tools have no message. */
function addReadings(turn: Turn, { candidateIds, signals: read, values }: Readings): Turn {
  if (turn.trigger !== 'MESSAGE') return turn;
  const { situation } = turn;
  return {
    ...turn,
    candidates: [...turn.candidates, ...candidateIds.map((scenarioId) => ({ scenarioId, score: 1, reasoning: '' }))],
    situation: {
      ...situation,
      signals: [...situation.signals, ...read.map(({ signal, scenarioIds }) => aimSignal(signal, scenarioIds))],
      candidateVariables: [...values, ...situation.candidateVariables],
    },
  };
}

function propose(
  session: Session,
  scenarioIds: readonly string[],
  getAction: () => ProposedAction,
  getFit: () => boolean,
): ModelProposal {
  return {
    outcome: 'PROPOSED',
    model: 'stand-in',
    actions: new Map(session.instances.map(({ instanceId }) => [instanceId, getAction()])),
    fits: new Map(scenarioIds.map((scenarioId) => [scenarioId, getFit()])),
    verdicts: [],
  };
}

/** Values that no customer gave: what only tools may say, and values of other customers. */
function createInventedValues(data: RetailData, random: SeededRandom): readonly CandidateVariable[] {
  const order = random.pick(Object.values(data.orders));
  return [
    giveValue('', 'user_id', order.user_id),
    giveValue('', 'order', { order_id: order.order_id, user_id: order.user_id, status: 'pending' }),
    giveValue('', 'changed_order', null),
    giveValue('', 'order_id', order.order_id),
    giveValue('', 'item_ids', [order.items[0]?.item_id ?? '']),
    giveValue('', 'payment_method_id', order.payment_history[0]?.payment_method_id ?? ''),
  ];
}
