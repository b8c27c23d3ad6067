/** What an instance adds to the reply (section 4). */
export type ContributionType = 'NONE' | 'ASK' | 'CONFIRM' | 'ACTION_HINT' | 'INFORM';
