import type { CompiledStep, CompiledTransition } from '../compiled-scenario';
import type { SelectionContext } from '../context/selection-context';
import { type KnownData, without } from '../known-data';
import { freshVisit } from '../session';
import type { TransitionAlternative } from '../transition-decision';
import { type Choice, chooseTransition, type HeldBy } from './choice';
import { type CorrectionRoute, correctionRoute } from './correction';
import { mayBePassedOver, type Stage, type Standing, unfinishedStage } from './stage';
import type { WalkSubject } from './walk-subject';

/** A step that was left this turn. */
export interface LeftStep {
  readonly stepId: string;
  /** Undefined where a correction or relocalization moved the instance. */
  readonly transition: CompiledTransition | undefined;
  /** The walk went over it; false for the step where the turn found the instance. */
  readonly passedOver: boolean;
  /** It had asked for a field in the visit that ends. */
  readonly asked: boolean;
  /** It collects fields and was left without having been asked (3.5). */
  readonly skipped: boolean;
}

/** Where an instance stands after its walk, and how it got there (P6.3). */
export interface Walk {
  readonly subject: WalkSubject;
  /** In path order. */
  readonly left: readonly LeftStep[];
  readonly standing: Standing;
  /** A visit opened: START, arrival, self-transition, correction or relocalization (3.6). */
  readonly moved: boolean;
  /** What the step wants to do now. */
  readonly stage: Stage;
  readonly heldBy: HeldBy | undefined;
  readonly correction: CorrectionRoute | undefined;
  /** Description of the checkpoint that keeps a correction from moving it; "" where none does (3.9). */
  readonly blockedByCheckpoint: string;
  /** The step where it would have been, had it not been moved to a recovery step; "" otherwise (3.8). */
  readonly relocalizedFrom: string;
  /** Fields that taken transitions made unknown; sorted (3.2). */
  readonly cleared: readonly string[];
  /** Known data with these unknown. */
  readonly known: KnownData;
  readonly alternatives: readonly TransitionAlternative[];
  readonly conditionErrors: readonly string[];
  /** Global transitions that were taken and must not be taken again before what they read changes. */
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** Walks an instance from where the turn finds it, or a new one from its entry step, as far as it goes (3.2 to 3.5, 3.9). Pure. */
export function walk(subject: WalkSubject, context: SelectionContext): Walk {
  return new Walking(subject, context).run();
}

/** One walk under way. It lives within `walk` and is seen by nobody else. */
class Walking {
  private readonly left: LeftStep[] = [];
  private readonly entered = new Set<string>();
  private readonly cleared = new Set<string>();
  private readonly alternatives: TransitionAlternative[] = [];
  private readonly errors = new Set<string>();
  private globalGuards: ReadonlyMap<string, string>;
  private standing: Standing;
  private known: KnownData;
  private correction: CorrectionRoute | undefined;
  private heldBy: HeldBy | undefined;
  private readonly subject: WalkSubject;
  private readonly context: SelectionContext;

  constructor(subject: WalkSubject, context: SelectionContext) {
    this.subject = subject;
    this.context = context;
    this.known = subject.known;
    this.globalGuards = subject.instance.globalTransitionGuards;
    this.standing = subject.starts
      ? this.arriveAt(subject.step)
      : { step: subject.step, visit: subject.instance.visit, isNew: false, askedBefore: false };
  }

  run(): Walk {
    const blocked = this.subject.starts ? '' : this.leaveFound();
    if (this.standing.isNew) this.goOn();
    const moved = this.standing.isNew;
    return {
      subject: this.subject,
      left: this.left,
      standing: this.standing,
      moved,
      stage: this.stage(),
      heldBy: this.heldBy,
      correction: this.correction,
      blockedByCheckpoint: blocked,
      relocalizedFrom: '',
      cleared: [...this.cleared].sort(),
      known: this.known,
      alternatives: this.alternatives,
      conditionErrors: [...this.errors],
      globalGuards: this.globalGuards,
    };
  }

  /** Leaves the step where the turn found the instance: ANYTIME and globals, a correction, then ON_COMPLETION (3.2). */
  private leaveFound(): string {
    const choice = this.choose('anytime');
    if (choice.transition) {
      this.take(choice.transition);
      return '';
    }
    const route = correctionRoute(this.subject);
    if (route?.kind === 'blocked') return route.description;
    if (route?.kind === 'back') {
      this.correction = route.route;
      this.leave(undefined);
      this.standing = this.arriveAt(route.route.target);
      return '';
    }
    const onward = this.choose('on_completion');
    if (onward.transition) this.take(onward.transition);
    return '';
  }

  /** Goes on over steps that are done or may be passed over (3.5). */
  private goOn(): void {
    const { maxHopsPerTurn } = this.context.settings;
    while (this.left.length < maxHopsPerTurn && this.mayGoOn()) {
      const transition = this.choose('anytime').transition ?? this.choose('on_completion').transition;
      if (!transition) return;
      this.take(transition);
    }
  }

  private mayGoOn(): boolean {
    if (this.standing.step.stopsWalk) return false;
    const { enableStepSkipping } = this.context.settings;
    return (
      unfinishedStage(this.standing, this.known, enableStepSkipping) === 'none' ||
      mayBePassedOver(this.standing, this.known, enableStepSkipping)
    );
  }

  private choose(trigger: 'anytime' | 'on_completion'): Choice {
    const choice = chooseTransition(trigger, {
      subject: this.subject,
      context: this.context,
      standing: this.standing,
      known: this.known,
      cleared: this.cleared,
      entered: this.entered,
      globalGuards: this.globalGuards,
    });
    this.alternatives.push(...choice.alternatives);
    for (const error of choice.errors) this.errors.add(error);
    if (trigger === 'on_completion') this.heldBy = choice.heldBy;
    if (choice.guard) this.globalGuards = new Map(this.globalGuards).set(choice.guard.id, choice.guard.fingerprint);
    return choice;
  }

  private take(transition: CompiledTransition): void {
    const target = this.subject.scenario.steps.get(transition.targetStepId);
    if (!target) return;
    this.heldBy = undefined;
    const before = this.cleared.size;
    for (const field of transition.definition.clears) {
      if (!this.subject.given.has(field) && this.known.has(field)) this.cleared.add(field);
    }
    if (this.cleared.size > before) this.known = without(this.subject.known, this.cleared);
    this.leave(transition);
    this.standing = this.arriveAt(target);
  }

  private leave(transition: CompiledTransition | undefined): void {
    const { step, visit, isNew, askedBefore } = this.standing;
    const asked = visit.askedFields.length > 0;
    const contributed = visit.contributedTypes.length > 0;
    const skipped = step.collects.length > 0 && !asked && !askedBefore && !contributed;
    this.left.push({ stepId: step.stepId, transition, passedOver: isNew, asked, skipped });
  }

  private arriveAt(step: CompiledStep): Standing {
    this.entered.add(step.stepId);
    const { instance } = this.subject;
    return {
      step,
      visit: freshVisit(instance.lastVisitNumber + 1, this.context.revision),
      isNew: true,
      askedBefore: this.correction !== undefined && this.wasAsked(step),
    };
  }

  private wasAsked({ stepId }: CompiledStep): boolean {
    const { path, currentStepId, visit } = this.subject.instance;
    return (
      path.some((entry) => entry.asked && entry.stepId === stepId) ||
      (currentStepId === stepId && visit.askedFields.length > 0)
    );
  }

  private stage(): Stage {
    const asksForCondition = this.heldBy !== undefined && this.heldBy.missing.length > 0;
    if (!this.standing.isNew && this.standing.visit.outcome === 'DECLINED')
      return asksForCondition ? 'condition' : 'none';
    const stage = unfinishedStage(this.standing, this.known, this.context.settings.enableStepSkipping);
    return stage === 'none' && asksForCondition ? 'condition' : stage;
  }
}
