/** The result of a condition. UNKNOWN means that the result depends on missing data (3.3). */
export type Truth = 'TRUE' | 'FALSE' | 'UNKNOWN';
