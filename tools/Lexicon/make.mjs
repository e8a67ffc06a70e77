// Makes the data files of the screening from published word lists and our own table (classes.txt):
//   lexicon.tsv      word, category, severity, where it comes from
//   confusables.tsv  a Latin letter, and the characters that look like it
//   tlds.txt         top-level domains
// npm ci && node make.mjs. The files are committed, so that building needs none of the packages.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cuss } from "cuss";

const require = createRequire(import.meta.url);
const { characters } = require("confusables/dist/characters.js");
const { englishDataset } = require("obscenity");
const naughtyWords = require("naughty-words");
const tlds = require("tlds");

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const target = (/** @type {string} */ name) => here(`../../src/Infrastructure/Screening/Data/${name}`);
const version = (/** @type {string} */ name) => JSON.parse(readFileSync(here("package.json"), "utf8")).dependencies[name];

const lists = {
  cuss: new Set(Object.keys(cuss)),
  "naughty-words": new Set(naughtyWords.en),
  obscenity: new Set(englishDataset.containers.map((/** @type {{ metadata?: { originalWord?: string } }} */ one) => one.metadata?.originalWord)),
};

/** Every way to read {a|b}. @param {string} phrase @returns {string[]} */
function expand(phrase) {
  const choice = /\{([^{}]+)\}/.exec(phrase);
  return choice ? choice[1].split("|").flatMap((one) => expand(phrase.replace(choice[0], one))) : [phrase];
}

/** The phrases of a line; a bar inside braces belongs to its phrase. @param {string} line */
const phrases = (line) => line.split(/\|(?![^{}]*\})/).map((one) => one.trim()).filter(Boolean).flatMap(expand);

const words = new Map();
for (const line of readFileSync(here("classes.txt"), "utf8").split("\n")) {
  const entry = /^(\w+)(?: (mild|strong|severe))?: (.+)$/.exec(line);
  if (!entry) continue;
  for (const word of phrases(entry[3])) {
    if (words.has(word)) throw new Error(`"${word}" stands in two classes.`);
    const sources = Object.entries(lists).filter(([, list]) => list.has(word)).map(([name]) => name);
    words.set(word, [word, entry[1], entry[2] ?? "", sources.join(",") || "own"]);
  }
}

const header = [
  "# Made by tools/Lexicon/make.mjs; do not edit. version 1",
  `# Words marked with it are in npm cuss ${version("cuss")} (MIT, Titus Wormer), naughty-words ${version("naughty-words")} (CC BY 4.0, Shutterstock,`,
  `# English list; category and severity are ours) or obscenity ${version("obscenity")} (MIT, Joe L.); "own" ones are in none of them.`,
];
const rows = [...words.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((row) => row.join("\t"));
writeFileSync(target("lexicon.tsv"), `${[...header, ...rows].join("\n")}\n`);

// What compatibility decomposition turns into a plain letter is not needed here. Scripts that people here may really
// write in are left alone, and pictures are what stands between letters, not letters.
const imitates = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\p{Script=Canadian_Aboriginal}\p{Sc}\p{So}]/u;
const isLetterInABox = (/** @type {string} */ one) => one >= "\u{1F130}" && one <= "\u{1F1FF}";
const isPicture = (/** @type {string} */ one) => /\p{Extended_Pictographic}/u.test(one) && !isLetterInABox(one);
const plain = (/** @type {string} */ text) => text.normalize("NFKD").replace(/\p{M}/gu, "");
const alike = new Map();
for (const [letter, others] of characters) {
  if (!/^[A-Za-z]$/.test(letter)) continue;
  const known = alike.get(letter.toLowerCase()) ?? new Set();
  alike.set(letter.toLowerCase(), known);
  for (const one of others) {
    const bare = plain(one);
    if ([...bare].length === 1 && bare.codePointAt(0) > 0x7f && imitates.test(bare) && !isPicture(bare)) known.add(bare);
  }
}

const look = [...alike].sort().map(([letter, others]) => `${letter}\t${[...others].sort().join("")}`);
writeFileSync(target("confusables.tsv"), [
  `# Made by tools/Lexicon/make.mjs from npm confusables ${version("confusables")} (MIT, Gustavo Costa); do not edit.`,
  ...look, "",
].join("\n"));
writeFileSync(target("tlds.txt"), [
  `# Made by tools/Lexicon/make.mjs from npm tlds ${version("tlds")} (MIT, Stephen Mathieson), IANA's list; do not edit.`,
  ...tlds, "",
].join("\n"));
console.log(`${words.size} words, ${look.length} letters with look-alikes, ${tlds.length} top-level domains`);
