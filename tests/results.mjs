// Reads what one test project left behind: says it to people on stdout and as "passed failed skipped" on descriptor 3.
//   node results.mjs <project> <exit code> <file of results, CTRF> <file of its output>
import { existsSync, readFileSync, writeSync } from 'node:fs';

const [project, exitCode, resultsFile, outputFile] = process.argv.slice(2);
const indent = (text) => (text ?? '').trimEnd().split('\n').map((line) => `      ${line}`).join('\n');

let tests = null;
let seconds = 0;
try {
  if (existsSync(resultsFile)) {
    // A message that quotes odd bytes is written as it is, which no JSON may hold.
    const { results } = JSON.parse(readFileSync(resultsFile, 'utf8').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd'));
    tests = results.tests;
    seconds = ((results.summary?.stop ?? 0) - (results.summary?.start ?? 0)) / 1000;
  }
} catch {
  // Half a file: the project ended while writing it, which is reported below.
}

const of = (status) => (tests ?? []).filter((test) => test.status === status);
const passed = of('passed');
const failed = of('failed');
const skipped = of('skipped');
const lines = [];
let failures = failed.length;

for (const test of failed) {
  lines.push(`  FAILED ${test.name}`, indent(test.message), indent(test.trace));
}

for (const test of skipped) {
  lines.push(`  skipped ${test.name}: ${(test.message ?? 'no reason given').trim()}`);
}

// What no single test answers for.
const ended = exitCode === '124' || exitCode === '137' ? 'was ended because it took too long' : `ended with exit code ${exitCode}`;
if (tests === null) {
  failures += 1;
  lines.push(`  FAILED ${project} ${ended} and left no results`, indent(readFileSync(outputFile, 'utf8').slice(-4000)));
} else if (passed.length + failed.length + skipped.length === 0) {
  failures += 1;
  lines.push(`  FAILED ${project} ran no test`);
} else if (exitCode !== '0' && failed.length === 0) {
  failures += 1;
  lines.push(`  FAILED ${project} ${ended} although no test failed`, indent(readFileSync(outputFile, 'utf8').slice(-4000)));
}

console.log(`${project}: ${passed.length} passed, ${failures} failed, ${skipped.length} skipped (${seconds.toFixed(1)} s)`);
for (const line of lines) {
  console.log(line);
}

writeSync(3, `${passed.length} ${failures} ${skipped.length}\n`);
