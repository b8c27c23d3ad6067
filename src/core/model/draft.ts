/** A copy that its creator completes before anything else reads it. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
