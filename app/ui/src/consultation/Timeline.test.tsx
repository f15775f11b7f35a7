import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { chooseLanguage } from "../i18n";
import { reportedCase } from "../test/cases";
import { Timeline } from "./Timeline";

test("r6 the timeline tells why something was ended, in both languages", async () => {
  const reason = "別の患者の画像でした。";
  const [entry] = reportedCase.timeline.map((one) => ({ ...one, type: "erase_notice", reason }));
  if (!entry) throw new Error("the case has a timeline");
  render(<Timeline entries={[entry, { ...entry, entry_id: "e2", reason: null }]} />);
  expect(screen.getAllByText(/理由/).length).toBe(1);
  expect(screen.getByText(`理由：${reason}`)).toBeTruthy();
  chooseLanguage("en");
  expect(await screen.findByText(`Reason: ${reason}`)).toBeTruthy();
  chooseLanguage("ja");
});
