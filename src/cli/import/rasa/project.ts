import type { RasaPosition } from './report';

// What a project of Rasa has that the import reads. Names are those of the project.

/** A condition as the file has it. */
export interface RasaCondition {
  readonly text: string;
  readonly at: RasaPosition;
  /** Columns between `at` and the first character of the text; undefined if offsets in the text are not columns. */
  readonly columnOffset: number | undefined;
}

export interface RasaFlow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly at: RasaPosition;
  /** `if`: the flow starts only if it holds. */
  readonly guard: RasaCondition | undefined;
  readonly persistedSlots: readonly string[];
  /** The steps in order, those of branches included. The flow starts at the first one. */
  readonly steps: readonly RasaStep[];
}

export interface RasaStep {
  /** Unique in the flow. */
  readonly id: string;
  readonly at: RasaPosition;
  readonly work: RasaWork;
  /** Tried in order. The last one has no condition. */
  readonly next: readonly RasaBranch[];
}

/** The target of a branch that ends the flow. */
export const endOfFlow = Symbol('END');

/** The target of a branch that is missing in the file, or that could not be read. */
export const unknownTarget = Symbol('unknown');

export interface RasaBranch {
  /** Undefined for `else`, and for a step with one next step. */
  readonly condition: RasaCondition | undefined;
  readonly target: string | typeof endOfFlow | typeof unknownTarget;
  readonly at: RasaPosition;
}

/** What a step does. */
export type RasaWork =
  | RasaCollect
  /** A response, `utter_...`. */
  | { readonly kind: 'utter'; readonly response: string }
  /** Code of the action server. */
  | { readonly kind: 'action'; readonly action: string }
  | { readonly kind: 'link' | 'call'; readonly flow: string }
  | { readonly kind: 'set_slots'; readonly values: readonly RasaSlotValue[] }
  | { readonly kind: 'noop' }
  /** A step that this import does not know. */
  | { readonly kind: 'unknown'; readonly key: string };

export interface RasaCollect {
  readonly kind: 'collect';
  readonly slot: string;
  /** The response that asks, if it is not `utter_ask_` and the name of the slot. */
  readonly utter: string | undefined;
  readonly description: string;
  readonly asksBeforeFilling: boolean;
  readonly resetsAfterFlowEnds: boolean;
  readonly rejections: readonly RasaRejection[];
}

/** A value that fulfills the condition is rejected. */
export interface RasaRejection {
  readonly condition: RasaCondition;
  readonly utter: string;
}

export interface RasaSlotValue {
  readonly slot: string;
  readonly value: SlotValue;
  readonly at: RasaPosition;
}

/** A value of a slot: a scalar, or a list of scalars. */
export type SlotValue = string | number | boolean | null | readonly (string | number | boolean | null)[];

export const slotTypes = ['text', 'bool', 'categorical', 'float', 'list', 'any'] as const;
export type SlotType = (typeof slotTypes)[number];

export interface RasaSlot {
  readonly name: string;
  readonly type: SlotType;
  readonly at: RasaPosition;
  /** The values of a categorical slot. */
  readonly values: readonly string[];
  readonly initialValue: SlotValue;
  /** Whether only actions set the slot: all its mappings are `controlled` or `custom`. */
  readonly isControlled: boolean;
  readonly rejections: readonly RasaRejection[];
}

export interface RasaResponse {
  readonly name: string;
  readonly at: RasaPosition;
  /** The first text; "" if the response has none. */
  readonly text: string;
  /** The first text in other languages, by language. */
  readonly translations: ReadonlyMap<string, string>;
}

export interface RasaTest {
  readonly name: string;
  readonly at: RasaPosition;
  /** Slots that are set before the first message. */
  readonly fixtures: ReadonlyMap<string, SlotValue>;
  readonly turns: readonly RasaTestTurn[];
}

/** A message and what is expected until the next one. */
export interface RasaTestTurn {
  readonly message: string;
  readonly at: RasaPosition;
  readonly checks: readonly RasaCheck[];
}

/** One expectation of a test. */
export type RasaCheck = { readonly at: RasaPosition } & (
  | { readonly kind: 'utter'; readonly response: string }
  | { readonly kind: 'slot'; readonly slot: string; readonly value: SlotValue }
  | { readonly kind: 'action'; readonly action: string }
  | { readonly kind: 'flow_started' | 'flow_completed' | 'flow_cancelled'; readonly flow: string }
);

export interface RasaProject {
  readonly flows: ReadonlyMap<string, RasaFlow>;
  readonly slots: ReadonlyMap<string, RasaSlot>;
  readonly responses: ReadonlyMap<string, RasaResponse>;
  readonly tests: readonly RasaTest[];
}
