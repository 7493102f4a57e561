import { describe, expect, it } from 'vitest';
import { answersIn, commandLines, mentionedCommands, scriptOf, shellBlocks } from './blocks.js';

const TEXT = `# Title

Run \`./doul up\` or \`./doul logs x -f\`, and again \`./doul up\`.

\`\`\`sh
./doul up            # starts it
curl -d "a#b" http://x
\`\`\`

\`\`\`text
not a command, \`./doul nothing\`
\`\`\`
`;

describe('the README reader', () => {
  it('takes shell blocks and no others', () => {
    expect(shellBlocks(TEXT)).toEqual(['./doul up            # starts it\ncurl -d "a#b" http://x\n']);
  });

  it('finds the commands that are mentioned outside blocks, once each', () => {
    expect(mentionedCommands(TEXT)).toEqual(['up', 'logs x -f']);
  });

  it('drops comments but not number signs within words', () => {
    expect(commandLines('a # b\n\n# c\nd "e#f"')).toEqual(['a', 'd "e#f"']);
  });

  it('asks for the help of commands that would end the test', () => {
    expect(scriptOf('./doul down\nls').split('\n')).toEqual(['set -euo pipefail', './doul down --help', 'ls']);
  });

  it('reads the answers of several curl lines, with or without line ends between them', () => {
    expect(answersIn('{"status_code":0}{"status_code":1}\nother\n{"status_code":2}')).toEqual([
      { status_code: 0 },
      { status_code: 1 },
      { status_code: 2 },
    ]);
  });
});
