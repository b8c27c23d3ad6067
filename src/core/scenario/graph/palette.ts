import type { StepShape } from './scenario-graph';

/** The colors of a step. Light fills with dark text are readable on light and dark backgrounds. */
export interface StepColors {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
}

const text = '#111827';

export const palette: Readonly<Record<StepShape, StepColors>> = {
  collect: { fill: '#dbeafe', stroke: '#2563eb', text },
  call: { fill: '#cffafe', stroke: '#0891b2', text },
  checkpoint: { fill: '#fef3c7', stroke: '#d97706', text },
  action: { fill: '#dcfce7', stroke: '#16a34a', text },
  inform: { fill: '#ede9fe', stroke: '#7c3aed', text },
  terminal: { fill: '#e5e7eb', stroke: '#4b5563', text },
  silent: { fill: '#f9fafb', stroke: '#9ca3af', text },
};

/** Lines, and text outside of steps. Readable on light and dark backgrounds. */
export const lineColor = '#7b8494';
/** The path of a session. */
export const pathColor = '#db2777';
