import { SeededRandom } from '../chaos/seeded-random';
import { playAdversary } from './adversary';
import type { JudgedWrite } from './conversation-log';
import type { PolicyCatalogue } from './policy-catalogue';
import { createProposer, type Proposer, proposers } from './proposers';
import type { RetailData } from './retail-database';
import { createControl, createWorld, type World, type WorldKind, worldKinds } from './wrong-worlds';

/** What happened in the worlds of one kind with one proposer. */
export interface WorldsResult {
  readonly kind: WorldKind | 'nothing wrong';
  readonly proposer: Proposer;
  readonly worlds: number;
  readonly turns: number;
  /** Actions that ran, the allowed ones included. */
  readonly writes: number;
  /** The forbidden actions, each with its seed. */
  readonly forbidden: readonly string[];
}

export interface WorldsOptions {
  /** Worlds of each kind with each proposer. */
  readonly count: number;
  readonly seed: number;
  /** Default: all. */
  readonly kinds?: readonly WorldKind[];
}

/** Plays all kinds of wrong worlds with all proposers, and requests with which nothing is wrong. */
export function playWorlds(
  { count, seed, kinds = worldKinds }: WorldsOptions,
  policy: PolicyCatalogue,
  data: RetailData,
): { readonly wrong: readonly WorldsResult[]; readonly controls: readonly WorldsResult[] } {
  const play = (kind: WorldsResult['kind'], proposer: Proposer): WorldsResult => {
    const results = Array.from({ length: count }, (_, index) => playWorld(kind, proposer, seed + index, policy, data));
    return {
      kind,
      proposer,
      worlds: count,
      turns: sum(results.map(({ turns }) => turns)),
      writes: sum(results.map(({ writes }) => writes)),
      forbidden: results.flatMap(({ forbidden }) => forbidden),
    };
  };
  return {
    wrong: kinds.flatMap((kind) => proposers.map((proposer) => play(kind, proposer))),
    controls: proposers.map((proposer) => play('nothing wrong', proposer)),
  };
}

function playWorld(
  kind: WorldsResult['kind'],
  proposer: Proposer,
  seed: number,
  policy: PolicyCatalogue,
  data: RetailData,
): { readonly turns: number; readonly writes: number; readonly forbidden: readonly string[] } {
  const random = new SeededRandom(
    seed * 7_919 + [...kind].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7),
  );
  const context = { data, policy, random };
  const world = kind === 'nothing wrong' ? createControl(context) : createWorld(kind, context);
  const propose = createProposer(proposer, policy, data, random.fork());
  const interference = { ...world.interference, ...(propose === undefined ? {} : { propose }) };
  const { writes, turnCount } = playAdversary({ ...world, interference }, policy, data);
  return {
    turns: turnCount,
    writes: writes.length,
    forbidden: findForbidden(world, writes, proposer).map((text) => `seed ${seed}: ${text}`),
  };
}

/** Without a proposer the only actions are the allowed ones. A proposer can start other requests, which must be right. */
function findForbidden(world: World, writes: readonly JudgedWrite[], proposer: Proposer): readonly string[] {
  const broken = writes.filter((write) => write.violations.length > 0 || world.forbids?.(write) === true);
  const surplus = proposer === 'none' && writes.length > world.allowedWrites ? [`${writes.length} actions`] : [];
  return [
    ...broken.map(({ tool, args, violations }) => `${tool} ${JSON.stringify(args)} breaks ${violations.join(', ')}`),
    ...surplus,
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
