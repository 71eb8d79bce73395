import type { Session } from './open-session.ts';

/** The batch's page in the Web UI; null when there is no Web UI or it does not answer. */
export async function workflowUrl(
  { webUiUrl, namespace }: Pick<Session, 'webUiUrl' | 'namespace'>,
  workflowId: string,
): Promise<string | null> {
  if (webUiUrl === null) return null;
  const answers = await fetch(webUiUrl, { method: 'HEAD', signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
  return answers ? `${webUiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}` : null;
}
