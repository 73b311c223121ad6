/** Waits for it, whatever its outcome, at most so long. */
export async function inTime(work: Promise<unknown> | undefined, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]).catch(() => undefined);
  clearTimeout(timer);
}
