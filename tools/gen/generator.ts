/** A file of the repository that is made, not written. */
export interface GeneratedFile {
  /** Relative to the repository's root. */
  path: string;
  text: string;
}

/** Makes files from what the code declares. The same input gives the same bytes on every machine. */
export interface Generator {
  name: string;
  generate(): Promise<GeneratedFile[]>;
  /** A folder that holds nothing but this generator's files, so that others in it are out of date. */
  folder?: string;
}
