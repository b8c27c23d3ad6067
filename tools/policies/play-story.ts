import { jsonEquals } from '../../src/core/model/json';
import { SeededRandom } from '../chaos/seeded-random';
import { ConversationLog, type JudgedWrite } from './conversation-log';
import { Customer, type Manner } from './customer';
import type { PolicyCatalogue } from './policy-catalogue';
import { PolicySession, type Reply } from './policy-session';
import { type Address, type RetailData, RetailDatabase } from './retail-database';
import { runTool, ToolError } from './retail-tools';
import { type CustomerSide, describeWish, type Identity, type RightSide, readIdentity, type Story } from './stories';
import type { Wish } from './story-texts';
import type { Message } from './turn-builder';

/** What a conversation did. */
export interface PlayedStory {
  readonly writes: readonly JudgedWrite[];
  readonly database: RetailDatabase;
  readonly turnCount: number;
  /** The number of wishes that were refused or taken back. */
  readonly refusedCount: number;
  /** The wishes that were neither fulfilled nor refused. */
  readonly unanswered: readonly Wish[];
}

/** The verdict about a story in one manner. */
export interface StoryVerdict {
  readonly id: string;
  readonly manner: Manner;
  readonly turnCount: number;
  readonly writeCount: number;
  /** The number of wishes that were refused or taken back. */
  readonly refusedCount: number;
  /** Whether the database ends as after the right actions. */
  readonly isDatabaseEqual: boolean;
  /** Whether the published tools refuse a right action, so that it changes nothing. */
  readonly refusedByTool: boolean;
  /** Why the story is a miss; empty if it is right. */
  readonly problems: readonly string[];
}

const maxMessages = 80;

/** Plays the customer of a story. Reads nothing of what is right. */
export function playCustomer(
  customer: CustomerSide,
  manner: Manner,
  policy: PolicyCatalogue,
  data: RetailData,
  seed = 1,
): PlayedStory {
  const database = new RetailDatabase(data);
  const log = new ConversationLog(database);
  const session = new PolicySession(policy, database, log);
  const random = new SeededRandom(seed);
  const identity = readIdentity(customer.knownInfo);
  const person = new Customer(policy, {
    identity,
    wishes: shuffle(customer.wishes, random),
    text: customer.text,
    manner,
    random,
    isAlreadyTrue: (wish) => isAddressAlready(wish, database, identity),
  });
  let reply: Reply | undefined;
  let message: Message | undefined = person.begin();
  for (let sent = 0; message !== undefined && sent < maxMessages; sent += 1) {
    log.onMessage(message, reply, session.nextEvent());
    reply = session.say(message);
    message = person.next(reply);
  }
  return {
    writes: log.writes,
    database,
    turnCount: session.turnCount,
    refusedCount: person.refusedCount,
    unanswered: person.unanswered,
  };
}

/** Plays a story and compares what was done with what is right. */
export function judgeStory(
  { customer, right }: Story,
  manner: Manner,
  policy: PolicyCatalogue,
  data: RetailData,
  seed?: number,
): StoryVerdict {
  const played = playCustomer(customer, manner, policy, data, seed);
  const { database, refused } = applyAll(right, data);
  const isDatabaseEqual = played.database.describeChanges() === database.describeChanges();
  return {
    id: customer.id,
    manner,
    turnCount: played.turnCount,
    writeCount: played.writes.length,
    refusedCount: played.refusedCount,
    isDatabaseEqual,
    refusedByTool: refused.length > 0,
    problems: [...findProblems(played, right), ...(isDatabaseEqual ? [] : ['the final database differs'])],
  };
}

function findProblems({ writes, unanswered }: PlayedStory, right: RightSide): readonly string[] {
  const expected = right.writes.map(describeWrite).toSorted();
  const actual = writes.map(({ tool, args }) => describeWrite({ tool, values: args })).toSorted();
  return [
    ...subtract(expected, actual).map((write) => `missing: ${write}`),
    ...subtract(actual, expected).map((write) => `not asked for: ${write}`),
    ...unanswered.map((wish) => `not answered: ${describeWish(wish)}`),
    ...writes.flatMap(({ tool, violations }) => violations.map((rule) => `${tool} breaks ${rule}`)),
  ];
}

/** The summary of a transfer is free text. */
function describeWrite({ tool, values }: Wish): string {
  return tool === 'transfer_to_human_agents' ? tool : describeWish({ tool, values });
}

/** Runs the right actions. One that the tool refuses changes nothing, as in the published benchmark. */
function applyAll({ writes }: RightSide, data: RetailData): { database: RetailDatabase; refused: readonly Wish[] } {
  const database = new RetailDatabase(data);
  return { database, refused: writes.filter(({ tool, values }) => !tryTool(tool, database, values)) };
}

/** Runs a tool. Returns false if it refuses. */
function tryTool(tool: Wish['tool'], database: RetailDatabase, values: Wish['values']): boolean {
  try {
    runTool(tool, database, values);
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

function subtract(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return list.filter((each) => {
    const index = left.indexOf(each);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** Whether an address that the customer wants is the current one: they want it only after another change. */
function isAddressAlready({ tool, values }: Wish, database: RetailDatabase, identity: Identity): boolean {
  const current = findAddress(tool, values, database, identity);
  return (
    current !== undefined && Object.entries(current).every(([name, value]) => jsonEquals(values[name] ?? null, value))
  );
}

/** The address that a wish would change, which the customer knows. */
function findAddress(
  tool: Wish['tool'],
  values: Wish['values'],
  database: RetailDatabase,
  { emails, firstName, lastName, zip }: Identity,
): Address | undefined {
  if (tool === 'modify_pending_order_address') {
    return typeof values['order_id'] === 'string' ? database.findOrder(values['order_id'])?.address : undefined;
  }
  if (tool !== 'modify_user_address') return undefined;
  const own = Object.values(database.data.users).find(
    ({ email, name, address }) =>
      emails.includes(email) || (name.first_name === firstName && name.last_name === lastName && address.zip === zip),
  );
  return own === undefined ? undefined : database.findUser(own.user_id)?.address;
}

/** Returns the elements in another order. */
export function shuffle<T>(list: readonly T[], random: SeededRandom): readonly T[] {
  return list
    .map((value) => ({ value, rank: random.next() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
