/** What must never happen, by kind. */
export type ViolationKind =
  | 'lost' // an acknowledged turn is not recorded
  | 'doubled' // a turn was applied more than once
  | 'gap' // the revisions are not 1, 2, 3 ...
  | 'replay' // a repetition was answered with other bytes, or not as one
  | 'response' // what is recorded is not what was answered, or not what the rules decide
  | 'state' // the session is not what its turns make of it
  | 'status' // a call failed in a way that nobody may have to deal with
  | 'expectation'; // what the experiment is about did not come about

/** Something that must never happen, and did. */
export interface Violation {
  readonly kind: ViolationKind;
  /** One line that says where and what. */
  readonly text: string;
}
