// ALTCHA's official library as an oracle: solves the challenge on the first argument, and says what it thinks of it.
import { pbkdf2, solveChallenge, verifySolution } from "../../../src/Web/node_modules/altcha/dist/lib/index.js";

const [challengeJson, hmacSignatureSecret] = process.argv.slice(2);
const challenge = JSON.parse(challengeJson);
const solution = await solveChallenge({ challenge, deriveKey: pbkdf2.deriveKey });
const verdict = await verifySolution({ challenge, solution, deriveKey: pbkdf2.deriveKey, hmacSignatureSecret });
const payload = Buffer.from(JSON.stringify({ challenge, solution })).toString("base64");
console.log(JSON.stringify({ payload, verified: verdict.verified }));
