/**
 * The STAR charts for which the mapping was first written: those of `star_multi`, and those that only `star_single` has. The scores of other
 * charts are reported apart. Only the scoring uses this list; the mapping knows no chart.
 */
const firstCharts: ReadonlySet<string> = new Set([
  'star.bank_balance',
  'star.bank_fraud_report',
  'star.doctor_followup',
  'star.doctor_schedule',
  'star.meeting_schedule',
  'star.restaurant_book',
  'star.trip_directions',
  'star.trivia',
  'star.weather',
]);

/** Whether a chart was known when the mapping was first written. All charts of SGD have one form, which was known. */
export function isSeenChart(chartId: string): boolean {
  return chartId.startsWith('sgd.') || firstCharts.has(chartId);
}
