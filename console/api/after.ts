/** @returns a function that takes it back */
export function after(ms: number, task: () => void): () => void {
  const timer = window.setTimeout(task, ms);
  return () => window.clearTimeout(timer);
}
