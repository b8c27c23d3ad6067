import type { Session } from '../../../core/model/session';
import type { IndexedInstance, IndexedSession, InstanceCount } from '../../ports/session-index';
import { toOrder, toStartedAt } from '../../ports/session-index';
import { liveStatus, pauseReason, waitsFor } from '../wire/session-enums';
import { encodeKeyPart } from './key-part';

// The text that the index has of a session. Scripts compare and count its parts (scripts/session-index.lua), so the format is persistent:
//   AGENT CUSTOMER ORDER, and for each active or paused instance SCENARIO/VERSION/STEP/STATUS PAUSE_REASON WAITS_FOR,
// each followed by a line feed. Ids are escaped; status and reasons are the numbers of the contract; CUSTOMER may be empty, and PAUSE_REASON
// is 0 while the instance is active.

export type IndexEntry = Omit<IndexedSession, 'sessionId'>;

/** The prefix of the counter of the sessions of an agent; the agent follows. */
export const sessionCounter = 's:';
/** The prefix of a counter of instances; AGENT/SCENARIO/VERSION/STEP/STATUS follows. */
export const instanceCounter = 'i:';

/** Encodes what the index has of a session. Equal for sessions that differ in nothing that the index has. */
export function encodeIndexEntry(session: Session): string {
  let text = `${encodeKeyPart(session.agentId)} ${encodeKeyPart(session.customerId)} ${toOrder(getStartedAt(session))}\n`;
  for (const instance of session.instances) {
    const scenario = `${encodeKeyPart(instance.scenarioId)}/${instance.scenarioVersion}`;
    const counted = `${scenario}/${encodeKeyPart(instance.currentStepId)}/${liveStatus.toProto[instance.status]}`;
    text += `${counted} ${pauseReason.optionalToProto(instance.pauseReason)} ${waitsFor.toProto[instance.waitsFor]}\n`;
  }
  return text;
}

/** The inverse of `encodeIndexEntry`. */
export function decodeIndexEntry(text: string): IndexEntry {
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '');
  const [agent = '', customer = '', order = ''] = head.split(' ');
  return {
    agentId: decodeURIComponent(agent),
    customerId: decodeURIComponent(customer),
    startedAt: toStartedAt(order),
    instances: lines.map(decodeInstance),
  };
}

/** Returns when a session started, as the index has it, in milliseconds since 1970. */
export function getStartedAt({ createdAt, updatedAt }: Session): number {
  return createdAt || updatedAt;
}

/** Returns the time of the last message as the index has it, in milliseconds since 1970. */
export function getLastMessageAt(session: Session): number {
  return session.lastMessageAt || getStartedAt(session);
}

/** Lists the counters of an entry. */
export function listCounters(entry: string): readonly string[] {
  const [head = '', ...lines] = entry.split('\n');
  const agent = head.slice(0, head.indexOf(' '));
  const instances = lines.filter((line) => line !== '').map((line) => line.slice(0, line.indexOf(' ')));
  return [`${sessionCounter}${agent}`, ...instances.map((instance) => `${instanceCounter}${agent}/${instance}`)];
}

/** Decodes the counter of instances without its prefix. */
export function decodeInstanceCounter(text: string, count: number): InstanceCount {
  const [agent = '', ...instance] = text.split('/');
  return { agentId: decodeURIComponent(agent), ...decodeCounted(instance), count };
}

function decodeInstance(line: string): IndexedInstance {
  const [counted = '', reason, waiting] = line.split(' ');
  return {
    ...decodeCounted(counted.split('/')),
    pauseReason: pauseReason.optionalFromProto(Number(reason)),
    waitsFor: waitsFor.fromProto(Number(waiting)),
  };
}

function decodeCounted([scenario = '', version = '', step = '', status = '']: readonly string[]) {
  return {
    scenarioId: decodeURIComponent(scenario),
    scenarioVersion: Number(version),
    stepId: decodeURIComponent(step),
    status: liveStatus.fromProto(Number(status)),
  };
}
