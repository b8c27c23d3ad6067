import { z } from 'zod';
import { configSchema } from './schema';

/** The schema of every key by dotted name, for example `server.port`. */
export const knownKeys: ReadonlyMap<string, z.ZodType> = new Map(leaves(configSchema, ''));

/** Every section by dotted name, with the names of its keys. */
export const knownSections: ReadonlyMap<string, readonly string[]> = new Map(sections(configSchema, ''));

function* members(section: z.ZodObject): Generator<[string, z.ZodType]> {
  for (const [name, member] of Object.entries(section.shape)) {
    if (member instanceof z.ZodType) yield [name, member];
  }
}

function* leaves(section: z.ZodObject, path: string): Generator<[string, z.ZodType]> {
  for (const [name, member] of members(section)) {
    if (member instanceof z.ZodObject) yield* leaves(member, `${path}${name}.`);
    else yield [path + name, member];
  }
}

function* sections(section: z.ZodObject, path: string): Generator<[string, readonly string[]]> {
  for (const [name, member] of members(section)) {
    if (!(member instanceof z.ZodObject)) continue;
    yield [path + name, Object.keys(member.shape)];
    yield* sections(member, `${path}${name}.`);
  }
}
