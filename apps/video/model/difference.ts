/** What is wrong with one thing; `key` names the thing. */
export interface Difference {
  key: string;
  text: string;
}

export interface Checked {
  differences: Difference[];
  checked: number;
  /** Where the next page starts; undefined at the end. */
  next: string | undefined;
}

/** One comparison over everything, in pages. */
export type Check = (position: string, limit: number) => Promise<Checked>;
