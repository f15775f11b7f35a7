import { expect, test } from "vitest";
import type { Template } from "../backend/reportTypes";
import {
  BOUNDS,
  copied,
  emptySection,
  modalitiesOf,
  moved,
  nothing,
  restructured,
  takenBack,
  typed,
  wrong,
} from "./editing";

const template: Template = {
  format: 1,
  id: "own",
  name: { ja: "埋伏智歯", en: "" },
  modalities: [],
  sections: [{ ...emptySection, title: { ja: "歯根", en: "" } }],
};

test("what is moved, put in or taken out is taken back step by step; what is typed is not", () => {
  const more = [...template.sections, emptySection];
  let edited = restructured({ now: template, before: [] }, { ...template, sections: more });
  edited = typed(edited, { ...edited.now, name: { ja: "別名", en: "" } });
  edited = restructured(edited, { ...edited.now, sections: [] });
  edited = takenBack(edited);
  expect(edited.now.sections).toHaveLength(2);
  expect(edited.now.name.ja).toBe("別名");
  edited = takenBack(takenBack(edited));
  expect(edited.now).toEqual(template);
});

test("nothing is moved beyond the ends", () => {
  expect(moved([1, 2, 3], 1, 1)).toEqual([1, 3, 2]);
  expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
  expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3]);
});

test("what is missing is told before anything is kept", () => {
  expect(wrong(template)).toBeNull();
  expect(wrong({ ...template, name: { ja: " ", en: "" } })).toBe("name");
  expect(wrong({ ...template, sections: [] })).toBe("sections");
  expect(wrong({ ...template, sections: [emptySection] })).toBe("title");
  const phrases = [nothing];
  const sections = template.sections.map((one) => ({ ...one, phrases }));
  expect(wrong({ ...template, sections })).toBe("phrase");
});

test("a copy has a name of its own within bounds, and modalities are read as they are typed", () => {
  const suffix = { ja: "（写し）", en: " (copy)" };
  const long = { ja: "あ".repeat(BOUNDS.name), en: "" };
  const copy = copied({ ...template, name: long }, "own-2", suffix);
  expect([copy.id, copy.name.ja.length, copy.name.en]).toEqual(["own-2", BOUNDS.name, ""]);
  expect(copy.name.ja.endsWith("（写し）")).toBe(true);
  expect(modalitiesOf("ct, px、CT io")).toEqual(["CT", "PX", "IO"]);
});
