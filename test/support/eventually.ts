/** Resolves when `holds` resolves to true. The timeout of the test limits the wait. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
