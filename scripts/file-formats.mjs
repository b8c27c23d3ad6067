// The notations of scenario and conversation files that both schemas use.

/** The durations that files accept; test/schemas compares this pattern with that of the reader. */
export const durationPattern = '^(?=\\d)((\\d{1,6})d)?((\\d{1,8})h)?((\\d{1,9})m)?((\\d{1,12})(\\.\\d{1,9})?s)?$';
