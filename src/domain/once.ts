/** The answer to a question that takes long: asked when it is first needed, and never again. */
export function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => (answer ??= ask());
}
