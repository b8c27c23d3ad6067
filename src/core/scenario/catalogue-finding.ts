/** Codes of findings in several scenarios and relationships. Each comment names the author's mistake. */
export type CatalogueFindingCode =
  /** Several scenarios collect the same field, so a value for one is a value for all. */
  | 'FIELD_COLLECTED_BY_SEVERAL'
  /** A step calls a scenario that does not exist. */
  | 'CALL_WITHOUT_SCENARIO'
  /** Scenarios call each other in a cycle. */
  | 'CALL_CYCLE'
  /** A call returns a field that the called scenario does not provide. */
  | 'RETURNED_FIELD_NOT_PROVIDED'
  /** A relationship refers to a scenario that does not exist. */
  | 'RELATIONSHIP_WITHOUT_SCENARIO'
  /** A scenario depends on one that it also excludes or implies. */
  | 'RELATIONSHIPS_CONTRADICT';

/** An ERROR is also refused when the scenario is stored. A WARNING must be fixed or explained. An INFO may be intentional. */
export const catalogueFindingSeverities: Readonly<Record<CatalogueFindingCode, 'ERROR' | 'WARNING' | 'INFO'>> = {
  FIELD_COLLECTED_BY_SEVERAL: 'INFO',
  CALL_WITHOUT_SCENARIO: 'WARNING',
  CALL_CYCLE: 'ERROR',
  RETURNED_FIELD_NOT_PROVIDED: 'WARNING',
  RELATIONSHIP_WITHOUT_SCENARIO: 'WARNING',
  RELATIONSHIPS_CONTRADICT: 'WARNING',
};

/** A problem that concerns several scenarios or a relationship. */
export interface CatalogueFinding {
  readonly code: CatalogueFindingCode;
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** Whether the finding is on a scenario or on a relationship. */
  readonly kind: 'SCENARIO' | 'RELATIONSHIP';
  /** 0-based position of the scenario or relationship in its list. */
  readonly index: number;
  /** Path in the field names of the contract; "" for the whole relationship. */
  readonly fieldPath: string;
}
