/** One document as a source finds it, before it has an id. */
export interface DiscoveredDocument {
  /** `file:///absolute/path`, percent-encoded as URLs are; the document's identity. */
  uri: string;
  /** The last path segment, decoded. */
  name: string;
  /** The folder, file's folder or mount that was asked for: when it is gone, the batch halts instead of failing items. */
  sourceRoot: string;
  sizeBytes: number | null;
  /** By name only; the content decides later. */
  mimeType: string | null;
  modifiedAt: Date | null;
  /** Lower-case hex; null when the file could not be opened (`problem` says why). */
  contentSha256: string | null;
  problem?: { code: 'unreadable' | 'missing'; message: string };
  /** From a manifest. */
  externalId?: string;
  priority?: number;
  group?: string;
  metadata?: { [key: string]: unknown };
}
