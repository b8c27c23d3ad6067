import type { SignalInput, TurnInputs } from './dialogue-inputs';

/**
 * What a message tells about scenarios beyond signals, as facts of the situation that conditions read (`facts` of SEMANTICS
 * section 6). Lists hold scenario ids of the data.
 */
export interface TurnFacts {
  /** The conversation ends with this message. */
  readonly ending: boolean;
  /** Scenarios that the customer is through with. */
  readonly left: readonly string[];
  /** Scenarios that the customer starts. */
  readonly started: readonly string[];
  /** Scenarios that the customer starts or goes on with. */
  readonly turned_to: readonly string[];
  /** Scenarios of which the customer takes what was offered. */
  readonly selected: readonly string[];
  /** Scenarios of which the customer wants another offer. */
  readonly alternatives: readonly string[];
  /** Scenarios to which the customer says yes. */
  readonly accepted: readonly string[];
  /** Scenarios to which the customer says no. */
  readonly refused: readonly string[];
}

/** The facts of a message. */
export function turnFacts({ signals, session_signal }: TurnInputs['inputs']): TurnFacts {
  const where = (holds: (input: SignalInput) => boolean): string[] =>
    signals.filter(holds).map(({ scenario_id }) => scenario_id);
  return {
    ending: session_signal === 'exit',
    left: where(({ signal }) => signal === 'exit'),
    started: where(({ signal }) => signal === 'start'),
    turned_to: where(({ signal }) => signal === 'start' || signal === 'continue'),
    selected: where(({ selected_offer }) => selected_offer),
    alternatives: where(({ wants_alternatives }) => wants_alternatives),
    accepted: where(({ confirmation }) => confirmation === 'yes'),
    refused: where(({ confirmation }) => confirmation === 'no'),
  };
}

/** The facts of a customer who has left: what the replay says after the last message of a dialogue. */
export const HAS_LEFT: TurnFacts = {
  ending: true,
  left: [],
  started: [],
  turned_to: [],
  selected: [],
  alternatives: [],
  accepted: [],
  refused: [],
};
