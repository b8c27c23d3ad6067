/** The number of findings that are listed; the others are counted. */
export const maxFindings = 1_000;

/** A bounded list of findings: ERRORs first; those of the same severity in the order in which they were added. */
export class FindingList<Finding extends { readonly severity: 'ERROR' | 'WARNING' }> {
  private readonly errors: Finding[] = [];
  private readonly warnings: Finding[] = [];
  private total = 0;

  add(finding: Finding): void {
    this.total += 1;
    const list = finding.severity === 'ERROR' ? this.errors : this.warnings;
    if (list.length < maxFindings) list.push(finding);
  }

  /** Adds the findings of another list, with those that it leaves out. */
  addAll(other: FindingList<Finding>): void {
    for (const finding of [...other.errors, ...other.warnings]) this.add(finding);
    this.total += other.total - other.errors.length - other.warnings.length;
  }

  get hasErrors(): boolean {
    return this.errors.length > 0;
  }

  list(): readonly Finding[] {
    return [...this.errors, ...this.warnings].slice(0, maxFindings);
  }

  /** The number of findings that the list leaves out. */
  get omitted(): number {
    return Math.max(0, this.total - maxFindings);
  }
}

/** Runs work that can pause without pausing. */
export function runWithoutPauses<Result>(parts: Generator<unknown, Result>): Result {
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
  }
}
