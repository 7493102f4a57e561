import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`doul needs Node 20.19 or newer; this is ${process.versions.node} (${fileURLToPath(import.meta.url)})\n`);
  process.exit(1);
}
const { runCommand } = await import('./commands.js');
process.exitCode = await runCommand(process.argv.slice(2));
