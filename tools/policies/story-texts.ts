import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/model/json';
import { isWriteTool, type WriteTool } from './retail-tools';

/** A request of the customer: the tool that would fulfill it, and what the customer says about it. */
export interface Wish {
  readonly tool: WriteTool;
  readonly values: JsonObject;
}

/** What the text of a story says about the customer besides the right actions (examples/policies/retail/texts.yaml). */
export interface StoryText {
  /** Requests that come first, and that the policy refuses. */
  readonly refused: readonly Wish[];
  /** Requests that the customer takes back when asked to confirm. */
  readonly regretted: readonly Wish[];
  /** Values that the customer gives first for the wish about the order, and changes later. */
  readonly first: readonly { readonly order_id: string; readonly values: JsonObject }[];
  /** Values that the customer first gives wrong when asked who they are. */
  readonly identity: JsonObject;
}

export const noText: StoryText = { refused: [], regretted: [], first: [], identity: {} };

const values = z.record(z.string(), z.json()).transform((value): JsonObject => value as JsonObject);
const wishes = z.array(z.strictObject({ tool: z.string().refine(isWriteTool), values })).default([]);

const textsSchema = z.record(
  z.string(),
  z.strictObject({
    refused: wishes,
    regretted: wishes,
    first: z.array(z.strictObject({ order_id: z.string(), values })).default([]),
    identity: values.default({}),
  }),
);

/** Reads what the texts of stories say, by the id of the story. Throws a ZodError if the file does not have its form. */
export function readStoryTexts(file: string): ReadonlyMap<string, StoryText> {
  return new Map(Object.entries(textsSchema.parse(parse(readFileSync(file, 'utf8')))));
}
