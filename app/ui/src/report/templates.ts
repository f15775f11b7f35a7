import { useQuery } from "@tanstack/react-query";
import { reports } from "../backend/reports";
import {
  REPORT_TEXTS,
  type Bilingual,
  type ReportText,
  type Template,
  type TemplateSection,
} from "../backend/reportTypes";

export const TEMPLATES = ["report-templates"] as const;

export const useTemplates = () =>
  useQuery({ queryKey: TEMPLATES, queryFn: reports.templates, staleTime: 300_000 });

export type Tongue = "ja" | "en";

/** Words in the language that is written in, else in the other. */
export function said(words: Bilingual, tongue: Tongue): string {
  const other = tongue === "ja" ? words.en : words.ja;
  return words[tongue].trim() === "" ? other : words[tongue];
}

/** Those for the modalities of a study first. */
export function offered(templates: readonly Template[], modalities: readonly string[]): Template[] {
  const suits = ({ modalities: of }: Template) =>
    of.length === 0 || of.some((one) => modalities.includes(one));
  return [...templates.filter(suits), ...templates.filter((one) => !suits(one))];
}

type Texts = Record<ReportText, string>;

/** The texts with what the template begins with put after what is written already; only what says something is put in. */
export function begun(texts: Texts, template: Template, tongue: Tongue): Texts {
  const anew = { ...texts };
  for (const part of REPORT_TEXTS) {
    const sections = template.sections.filter((one) => one.part === part);
    const several = sections.length > 1;
    const lines = sections
      .filter((one) => said(one.text, tongue).trim() !== "")
      .map((one) => line(one, said(one.text, tongue), several, tongue));
    for (const text of lines)
      if (!anew[part].includes(text)) anew[part] = added(anew[part], text, true);
  }
  return anew;
}

function line(section: TemplateSection, text: string, several: boolean, tongue: Tongue): string {
  if (!several) return text;
  const title = said(section.title, tongue);
  return tongue === "ja" ? `【${title}】${text}` : `${title}: ${text}`;
}

/** A text with something put after it, in a line of its own or going on in the last. */
export function added(text: string, more: string, ownLine: boolean): string {
  const kept = text.replace(/\s+$/, "");
  if (kept === "") return more;
  if (ownLine) return `${kept}\n${more}`;
  return /[。、（(【「]$/.test(kept) ? `${kept}${more}` : `${kept} ${more}`;
}

/**
 * A text with a phrase put where it belongs: where the cursor is, else at the end of the line of its section, else at the
 * end.
 */
export function withPhrase(
  text: string,
  phrase: string,
  at: number | null,
  section: TemplateSection,
  tongue: Tongue,
): string {
  if (at !== null && at > 0 && at < text.length) return text.slice(0, at) + phrase + text.slice(at);
  const title = said(section.title, tongue);
  const lines = text.split("\n");
  const own = lines.findIndex(
    (one) => one.startsWith(`【${title}】`) || one.startsWith(`${title}: `),
  );
  const found = lines[own];
  if (found === undefined) return added(text, phrase, text.trim() !== "");
  lines[own] = added(found, phrase, false);
  return lines.join("\n");
}

/** A template of one's own from what is written: each text begins with it. */
export function templateOf(name: string, id: string, texts: Texts, tongue: Tongue): Template {
  const words = (text: string): Bilingual => ({ ja: "", en: "", [tongue]: text });
  const sections = REPORT_TEXTS.filter((part) => texts[part].trim() !== "").map((part) => ({
    part,
    title: { ja: TITLES[part][0], en: TITLES[part][1] },
    text: words(texts[part].trim()),
    phrases: [],
  }));
  return { format: 1, id, name: words(name), modalities: [], sections };
}

const TITLES: Record<ReportText, readonly [string, string]> = {
  technique: ["撮影と限界", "Technique and limits"],
  findings: ["所見", "Findings"],
  impression: ["診断", "Impression"],
  recommendations: ["推奨", "Recommendations"],
};

/** A name for the node from one for people: those that differ for her differ for it. */
export function idFor(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const base = plain === "" ? "own" : plain;
  let id = base;
  for (let number = 2; taken.includes(id); number += 1) id = `${base}-${number}`;
  return id;
}
