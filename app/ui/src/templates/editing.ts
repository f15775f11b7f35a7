import type { Bilingual, Template, TemplateSection } from "../backend/reportTypes";

/** What the node takes of a template, in characters and numbers. */
export const BOUNDS = {
  name: 100,
  text: 4_000,
  sections: 24,
  phrases: 60,
  modalities: 16,
} as const;

/** A template as it is edited, and as it was before each change of its structure. */
export interface Edited {
  now: Template;
  before: readonly Template[];
}

/** The most changes that can be taken back. */
const KEPT = 50;

/** The same with other words: typing is taken back by the browser, letter by letter. */
export function typed(edited: Edited, now: Template): Edited {
  return { ...edited, now };
}

/** The same with sections or phrases put in, moved or taken out, which can be taken back. */
export function restructured({ now, before }: Edited, anew: Template): Edited {
  return { now: anew, before: [...before, now].slice(-KEPT) };
}

/** As it was before the last such change. */
export function takenBack(edited: Edited): Edited {
  const last = edited.before.at(-1);
  return last ? { now: last, before: edited.before.slice(0, -1) } : edited;
}

/** With one of them a place further up (-1) or down (1); the same at the ends. */
export function moved<T>(all: readonly T[], at: number, by: -1 | 1): T[] {
  const anew = [...all];
  const [one, other] = [anew[at], anew[at + by]];
  if (one !== undefined && other !== undefined) {
    anew[at] = other;
    anew[at + by] = one;
  }
  return anew;
}

export function without<T>(all: readonly T[], at: number): T[] {
  return all.filter((_, place) => place !== at);
}

export function replaced<T>(all: readonly T[], at: number, one: T): T[] {
  return all.map((other, place) => (place === at ? one : other));
}

export const nothing: Bilingual = { ja: "", en: "" };

export const emptySection: TemplateSection = {
  part: "findings",
  title: nothing,
  text: nothing,
  phrases: [],
};

/** A copy under another name, which differs for people as well. */
export function copied(template: Template, id: string, suffix: Bilingual): Template {
  const name = (tongue: keyof Bilingual) => {
    const words = template.name[tongue];
    return words === "" ? "" : words.slice(0, BOUNDS.name - suffix[tongue].length) + suffix[tongue];
  };
  return { ...template, id, name: { ja: name("ja"), en: name("en") } };
}

/** Codes of modalities as they are typed, in any writing between them. */
export function modalitiesOf(text: string): string[] {
  const codes = text.toUpperCase().split(/[^A-Z0-9]+/);
  return [...new Set(codes.filter((code) => code !== ""))].slice(0, BOUNDS.modalities);
}

export type Wrong = "name" | "sections" | "title" | "phrase";

/** What is missing before it can be kept; null when nothing is. */
export function wrong({ name, sections }: Template): Wrong | null {
  const says = (words: Bilingual) => words.ja.trim() !== "" || words.en.trim() !== "";
  if (!says(name)) return "name";
  if (sections.length === 0) return "sections";
  if (!sections.every((one) => says(one.title))) return "title";
  if (!sections.every((one) => one.phrases.every(says))) return "phrase";
  return null;
}
