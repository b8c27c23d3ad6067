import type { SourcePosition } from '../../files';

/** A position in a file of the imported project. */
export interface RasaPosition extends SourcePosition {
  /** The path relative to the folder of the project. */
  readonly file: string;
}

/** What the import did with a construct that it did not carry over as it is. */
export type ReportKind =
  /** The construct is missing in what was written, and someone has to add it. */
  | 'NOT_CARRIED_OVER'
  /** The construct was carried over and behaves a little differently, or needs a part outside the scenario. */
  | 'CHANGED';

/** One construct that was not carried over as it is. */
export interface ReportItem extends RasaPosition {
  readonly kind: ReportKind;
  /** The construct, for example `flow "transfer": nlu_trigger`. */
  readonly construct: string;
  /** Why, without a full stop. */
  readonly reason: string;
  /** What to do by hand, without a full stop. */
  readonly action: string;
}

/** Collects what was not carried over. An item that is reported twice counts once. */
export class ImportReport {
  readonly #items = new Map<string, ReportItem>();

  /** Reports a construct that is missing in what was written. */
  addLoss(at: RasaPosition, construct: string, reason: string, action: string): void {
    this.#add({ ...toPosition(at), kind: 'NOT_CARRIED_OVER', construct, reason, action });
  }

  /** Reports a construct that was carried over with a difference. */
  addChange(at: RasaPosition, construct: string, reason: string, action: string): void {
    this.#add({ ...toPosition(at), kind: 'CHANGED', construct, reason, action });
  }

  /** The items by file, then by position. */
  get items(): readonly ReportItem[] {
    return [...this.#items.values()].sort(
      (a, b) =>
        compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.construct, b.construct),
    );
  }

  #add(item: ReportItem): void {
    this.#items.set(JSON.stringify(item), item);
  }
}

function toPosition({ file, line, column }: RasaPosition): RasaPosition {
  return { file, line, column };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

const kindTexts: Readonly<Record<ReportKind, string>> = {
  NOT_CARRIED_OVER: 'not carried over',
  CHANGED: 'changed',
};

/** Formats an item on one line, as `validate` formats its findings. */
export function formatReportItem({ file, line, column, kind, construct, reason, action }: ReportItem): string {
  return `${file}:${line}:${column}: ${kindTexts[kind]}: ${construct}: ${reason}; ${action}`;
}

/** Formats the report as a Markdown page. */
export function formatReportPage(items: readonly ReportItem[]): string {
  const sections: readonly (readonly [ReportKind, string])[] = [
    ['NOT_CARRIED_OVER', 'Not carried over'],
    ['CHANGED', 'Carried over with a difference'],
  ];
  const lines = ['# Import from Rasa', ''];
  for (const [kind, title] of sections) {
    const found = items.filter((item) => item.kind === kind);
    lines.push(`## ${title}`, '');
    if (found.length === 0) lines.push('Nothing.', '');
    else {
      lines.push('| where | what | why | by hand |', '|---|---|---|---|');
      for (const { file, line, column, construct, reason, action } of found) {
        lines.push(`| ${[`${file}:${line}:${column}`, construct, reason, action].map(toCell).join(' | ')} |`);
      }
      lines.push('');
    }
  }
  return lines.join('\n');
}

/** Escapes what would end a cell of a table or start markup. */
function toCell(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\|<>&]/g, (character) => `\\${character}`);
}
