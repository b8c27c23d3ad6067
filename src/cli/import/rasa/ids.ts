import { createHash } from 'node:crypto';

/** The largest number of characters of a step, field, tool or template. */
const maxIdLength = 128;

/** The namespace of the ids that are derived from flows (RFC 9562, version 5). */
const namespace = Buffer.from('6f0d6c1e3b5c4d5f9a1c2b7e8d4f1a90', 'hex');

/** Derives the id of a scenario from its flow, so that another import of the flow has the same id. */
export function deriveScenarioId(flowId: string): string {
  const hex = createHash('sha1').update(namespace).update(flowId).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Shortens an id to the length that the contract allows. Different ids stay different. */
export function fitId(id: string): string {
  if (id.length <= maxIdLength) return id;
  return `${id.slice(0, maxIdLength - 9)}_${createHash('sha1').update(id).digest('hex').slice(0, 8)}`;
}

/** Returns the name, or the name with a number if it is taken, and takes it. */
export function takeName(taken: Set<string>, name: string, separator = '_'): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}${separator}${count}`;
  taken.add(free);
  return free;
}

/** The name of a file for a name of the project. */
export function toFileName(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? 'unnamed' : slug;
}
