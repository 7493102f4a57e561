import { Mint } from 'mint-filter';

type Node = Mint['root'];

/** A word found in a folded text; `end` is exclusive. */
export interface Match {
  start: number;
  end: number;
}

/**
 * mint-filter's Aho-Corasick automaton with the step it lacks: its search looks at the current node only, so with the words
 * `abcd` and `bc` it misses `bc` in `xabcez`. Every node here knows the next shorter word that ends where it ends, and a scan
 * reports all of them with their places.
 *
 * Never call `add` or `delete`: a new automaton is built instead and swapped in by reference.
 */
export class Automaton extends Mint {
  private readonly shorter = new Map<Node, Node>();

  /** @param words folded words; empty ones are left out */
  constructor(words: readonly string[]) {
    super(words.filter((word) => word !== ''));
    this.linkShorterWords();
  }

  /** Breadth first, so that a node's fail node is always linked before it. */
  private linkShorterWords(): void {
    const queue: Node[] = [this.root];
    for (let head = 0; head < queue.length; head += 1) {
      const node = queue[head] as Node;
      const fail = node.fail;
      const next = fail?.word ? fail : fail && this.shorter.get(fail);
      if (next) this.shorter.set(node, next);
      for (const child of Object.values(node.children)) queue.push(child);
    }
  }

  /** Every occurrence of every word, overlapping ones included, by ascending end, longest first. */
  scan(text: string): Match[] {
    const found: Match[] = [];
    let node: Node = this.root;
    for (let index = 0; index < text.length; index += 1) {
      node = this.step(node, text[index] as string);
      for (let word = node.word ? node : this.shorter.get(node); word; word = this.shorter.get(word)) {
        found.push({ start: index + 1 - word.depth, end: index + 1 });
      }
    }
    return found;
  }

  private step(from: Node, unit: string): Node {
    let node: Node | undefined = from;
    while (node && !node.children[unit]) node = node.fail;
    return node?.children[unit] ?? this.root;
  }

  override verify(text: string): boolean {
    return this.scan(text.toLowerCase()).length === 0;
  }

  override filter(text: string, options?: { replace?: boolean }): { words: string[]; text: string } {
    const matches = this.scan(text.toLowerCase());
    const units = text.split('');
    if (options?.replace !== false) for (const { start, end } of matches) units.fill(this.customCharacter, start, end);
    return { words: matches.map(({ start, end }) => text.slice(start, end)), text: units.join('') };
  }
}
