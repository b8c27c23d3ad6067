/**
 * How a simulated turn differs from the recorded one.
 * SKIPPED_CHECK: a step is passed whose confirmation the recorded turn asked for. CONFIRM: another confirmation or choice. HINT: another action.
 * START: another scenario starts, or another reason why it does not. LIFECYCLE: an instance pauses, ends, resumes or is offered differently.
 * STEP: an instance is at another step. ASK: other fields are asked for, or other values rejected. WORDING: the same, said differently.
 */
export type DifferenceKind = (typeof differenceKinds)[number];

/** From the most to the least important one. */
export const differenceKinds = [
  'SKIPPED_CHECK',
  'CONFIRM',
  'HINT',
  'START',
  'LIFECYCLE',
  'STEP',
  'ASK',
  'WORDING',
] as const;
