/** A document inside a document. */
export interface Member {
  /** As its container calls it, cleaned by `memberPaths`: unique there, and never used as a path of the file system. */
  path: string;
  mimeType: string;
  /** As declared; a hostile container may lie. */
  sizeBytes: number;
  /** Unpacks it. Throws `DocumentFailure`. */
  read: () => Buffer;
}
