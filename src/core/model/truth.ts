/** What a condition says: UNKNOWN while it misses data that would decide it (3.3). */
export type Truth = 'TRUE' | 'FALSE' | 'UNKNOWN';
