import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROBLEM_CODES } from "../backend/problemCodes";
import { absenceEn } from "./absence.en";
import { absenceJa } from "./absence.ja";
import { applicationsEn } from "./applications.en";
import { applicationsJa } from "./applications.ja";
import { applyEn } from "./apply.en";
import { applyJa } from "./apply.ja";
import { archivesEn } from "./archives.en";
import { archivesJa } from "./archives.ja";
import { auditEn } from "./audit.en";
import { auditJa } from "./audit.ja";
import { curvedEn } from "./curved.en";
import { curvedJa } from "./curved.ja";
import { deliveryEn } from "./delivery.en";
import { deliveryJa } from "./delivery.ja";
import { directoryEn } from "./directory.en";
import { directoryJa } from "./directory.ja";
import { dutiesEn } from "./duties.en";
import { dutiesJa } from "./duties.ja";
import { en } from "./en";
import { bytes, date, patientName } from "./format";
import { exportEn } from "./export.en";
import { exportJa } from "./export.ja";
import { governanceEn } from "./governance.en";
import { governanceJa } from "./governance.ja";
import { ja } from "./ja";
import { liveEn } from "./live.en";
import { liveJa } from "./live.ja";
import { mediaEn } from "./media.en";
import { mediaJa } from "./media.ja";
import { noticesEn } from "./notices.en";
import { noticesJa } from "./notices.ja";
import { practiceEn } from "./practice.en";
import { practiceJa } from "./practice.ja";
import { problemEn } from "./problem.en";
import { problemJa } from "./problem.ja";
import { readerEn } from "./reader.en";
import { readerJa } from "./reader.ja";
import { reportEn } from "./report.en";
import { reportJa } from "./report.ja";
import { retentionEn } from "./retention.en";
import { retentionJa } from "./retention.ja";
import { togetherEn } from "./together.en";
import { togetherJa } from "./together.ja";
import { registryEn } from "./registry.en";
import { registryJa } from "./registry.ja";
import { registryKeysEn } from "./registryKeys.en";
import { registryKeysJa } from "./registryKeys.ja";
import { registryProblemEn } from "./registryProblem.en";
import { registryProblemJa } from "./registryProblem.ja";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : leaves(value, `${prefix}${key}.`),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();

test("both languages have the same keys, with the same placeholders", () => {
  for (const [one, other] of [
    [en, ja],
    [registryEn, registryJa],
    [applicationsEn, applicationsJa],
    [applyEn, applyJa],
    [archivesEn, archivesJa],
    [registryProblemEn, registryProblemJa],
    [registryKeysEn, registryKeysJa],
    [directoryEn, directoryJa],
    [deliveryEn, deliveryJa],
    [dutiesEn, dutiesJa],
    [readerEn, readerJa],
    [reportEn, reportJa],
    [retentionEn, retentionJa],
    [auditEn, auditJa],
    [curvedEn, curvedJa],
    [mediaEn, mediaJa],
    [exportEn, exportJa],
    [governanceEn, governanceJa],
    [noticesEn, noticesJa],
    [absenceEn, absenceJa],
    [togetherEn, togetherJa],
    [liveEn, liveJa],
    [practiceEn, practiceJa],
  ] as const) {
    const english = new Map(leaves(one));
    const japanese = leaves(other);
    expect([...english.keys()].sort()).toEqual(japanese.map(([key]) => key).sort());
    for (const [key, text] of japanese) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(english.get(key) ?? ""), key).toEqual(placeholders(text));
    }
  }
});

test("a text with a command between backticks is drawn by Words wherever it is used", () => {
  const sources = import.meta.glob<string>("../**/*.tsx", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const texts = [
    ja,
    registryJa,
    registryKeysJa,
    applicationsJa,
    applyJa,
    archivesJa,
    directoryJa,
    deliveryJa,
    dutiesJa,
    mediaJa,
    reportJa,
    auditJa,
  ];
  // What the node or the registry refuses is drawn by ProblemNote, whatever it says.
  const commands = texts
    .flatMap((tree) => leaves(tree))
    .filter(([key, text]) => text.includes("`") && !key.startsWith("problem."));
  expect(commands.length).toBeGreaterThan(5);
  for (const [file, source] of Object.entries(sources))
    for (const [key] of commands)
      for (const use of source.matchAll(new RegExp(`.*\\bt\\("${key}"`, "g")))
        expect(use[0], `${key} in ${file}`).toContain("<Words>");
});

test("every code by which the node refuses has words in both languages", () => {
  for (const code of PROBLEM_CODES)
    for (const texts of [problemJa, problemEn])
      for (const part of ["detail", "next"] as const)
        expect(texts[code][part], `${code}.${part}`).not.toBe("");
  for (const code of PROBLEM_CODES)
    expect(problemJa[code].detail + problemJa[code].next, code).toMatch(/[ぁ-ん]/);
});

test("every code by which the registry refuses has words in both languages", () => {
  const registry = "../../identity/registry/src";
  const read = (file: string) => readFileSync(join(registry, file), "utf8");
  const inApi = readdirSync(join(registry, "api")).map((file) => read(join("api", file)));
  const codes = new Set([
    ...[...read("failure.rs").matchAll(/=> "([a-z_]+)"/g)].map((found) => found[1]),
    ...inApi.flatMap((source) =>
      [...source.matchAll(/\bproblem\(\s*StatusCode::\w+,\s*"([a-z_]+)"/g)].map(
        (found) => found[1],
      ),
    ),
  ]);
  expect(codes.size).toBeGreaterThan(50);
  for (const code of codes)
    for (const [own, other] of [
      [registryProblemJa, problemJa],
      [registryProblemEn, problemEn],
    ] as const)
      expect(Object.hasOwn({ ...own, ...other }, code ?? ""), code).toBe(true);
});

test("no text shows a requirement's number", () => {
  for (const [key, text] of [...leaves(ja), ...leaves(en)]) expect(text, key).not.toMatch(/\bR\d+/);
});

test("a patient's name is shown in the group of the language", () => {
  const name = { alphabetic: "Yamada^Tarou", ideographic: "山田^太郎", phonetic: "やまだ^たろう" };
  expect(patientName(name, false)).toBe("山田 太郎");
  expect(patientName(name, true)).toBe("Yamada Tarou");
  expect(patientName({ ...name, ideographic: "" }, false)).toBe("Yamada Tarou");
});

test("DICOM dates and sizes are written for people", () => {
  expect(date("20261120", "en-GB")).toBe("20 Nov 2026");
  expect(date("unknown", "en-GB")).toBe("unknown");
  expect(bytes(0, "en-GB")).toBe("0 B");
  expect(bytes(1_572_864, "en-GB")).toBe("1.6 MB");
  expect(bytes(492_000_000, "en-GB")).toBe("492 MB");
});
