import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson, type JsonObject, type JsonValue } from '../../src/core/model/json';
import { isWriteTool } from './retail-tools';
import { noText, readStoryTexts, type StoryText, type Wish } from './story-texts';

const jsonObject = z.record(z.string(), z.json()).transform((value): JsonObject => value as JsonObject);

const storySchema = z.object({
  id: z.string(),
  user: z.object({ known_info: z.string() }),
  actions: z.array(z.object({ name: z.string(), arguments: jsonObject })),
});

/** What the player may read of a story. */
export interface CustomerSide {
  readonly id: string;
  /** How the customer introduces themselves, as published. */
  readonly knownInfo: string;
  /** A set: sorted by content, so that the order of the right actions is lost. */
  readonly wishes: readonly Wish[];
  /** What the text says besides. */
  readonly text: StoryText;
}

/** What the judge may read of a story. */
export interface RightSide {
  /** In the order of the story. */
  readonly writes: readonly Wish[];
}

export interface Story {
  readonly customer: CustomerSide;
  readonly right: RightSide;
}

/** Reads a file of stories, and a file with what their texts say. Throws a ZodError if one does not have its form. */
export function readStories(file: string, textsFile?: string): readonly Story[] {
  const texts = textsFile === undefined ? undefined : readStoryTexts(textsFile);
  return parseStories(JSON.parse(readFileSync(file, 'utf8')), texts);
}

/** Parses stories. Reads only the id, the known information and the actions. */
export function parseStories(value: unknown, texts: ReadonlyMap<string, StoryText> = new Map()): readonly Story[] {
  return z
    .array(storySchema)
    .parse(value)
    .map(({ id, user, actions }) => {
      const writes = actions.flatMap(({ name, arguments: args }) =>
        isWriteTool(name) ? [{ tool: name, values: args }] : [],
      );
      return {
        customer: { id, knownInfo: user.known_info, wishes: toWishes(writes), text: texts.get(id) ?? noText },
        right: { writes },
      };
    });
}

/**
 * Derives the wishes: the arguments of the actions that change something, as a set. The actions that only read are dropped, and so is the
 * user id, which the customer does not give. Arguments are the only structured form of a story's wishes.
 */
function toWishes(writes: readonly Wish[]): readonly Wish[] {
  const wishes = writes.map(({ tool, values: { user_id: _, ...values } }) => ({ tool, values }));
  return wishes.toSorted((a, b) => compare(describeWish(a), describeWish(b)));
}

/** Identifies a wish by its content. */
export function describeWish({ tool, values }: { readonly tool: string; readonly values: JsonObject }): string {
  return `${tool} ${canonicalJson(values)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a customer can say to be found. */
export interface Identity {
  readonly emails: readonly string[];
  readonly firstName: string;
  readonly lastName: string;
  readonly zip: string;
}

/**
 * Reads who the customer is from the text. A user id contains the name, which its owner knows. A zip code is the last number of five
 * digits.
 */
export function readIdentity(knownInfo: string): Identity {
  const emails = [...knownInfo.matchAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w+/g)].map(([email]) => email);
  const [, idFirst = '', idLast = ''] = /\b([a-z]+)_([a-z]+)_\d+\b/.exec(knownInfo) ?? [];
  const introduction = /(?:name is|named|called|You are|You're|I am|I'm)\s+([A-Z][a-z]+)(?:\s+([A-Z][a-z]+))?/.exec(
    knownInfo,
  );
  const zip = [...knownInfo.matchAll(/\b\d{5}\b/g)].at(-1)?.[0] ?? '';
  return {
    emails,
    firstName: capitalize(idFirst) || (introduction?.[1] ?? ''),
    lastName: capitalize(idLast) || (introduction?.[2] ?? ''),
    zip,
  };
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** The values with which the customer answers "Who are you?" the n-th time, from 0; without further values an empty list. */
export function introduce(identity: Identity, attempt: number): readonly (readonly [string, JsonValue])[] {
  const { emails, firstName, lastName, zip } = identity;
  const email = emails[attempt];
  const name: readonly (readonly [string, JsonValue])[] = [
    ['first_name', firstName],
    ['last_name', lastName],
    ['identity_zip', zip],
  ];
  const hasName = name.every(([, value]) => value !== '');
  return [...(email === undefined ? [] : [['email', email] as const]), ...(hasName ? name : [])];
}
