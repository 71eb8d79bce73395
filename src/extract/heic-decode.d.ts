declare module 'heic-decode' {
  /** The first picture of the file, upright. */
  export default function decode(input: {
    buffer: Uint8Array;
  }): Promise<{ width: number; height: number; data: Uint8ClampedArray }>;
}
