/** The release of the rules: the version of the package. Another release may word a decision differently, or decide differently. */
export const release = '0.2.0';
