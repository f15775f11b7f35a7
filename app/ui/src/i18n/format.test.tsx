import { screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { expect, test } from "vitest";
import { useRegion } from "../parts/useRegion";
import { show } from "../test/node";
import { era, useFormat } from "./format";

function Written(): ReactElement {
  const format = useFormat();
  const region = useRegion();
  return (
    <ul>
      {["2026-11-30", "20190430", "2019-05-01", "sometime"].map((day) => (
        <li key={day}>{format.fullDate(day)}</li>
      ))}
      <li>{format.fullDateTime("2026-11-24T04:00:00Z")}</li>
      <li>{region("mandible-left")}</li>
      <li>{region("右下第三大臼歯")}</li>
    </ul>
  );
}

test("days of forms have the year of the era beside them, and codes of regions are said in words", () => {
  show(<Written />);
  const lines = screen.getAllByRole("listitem").map((one) => one.textContent);
  expect(lines).toEqual([
    "2026年11月30日（令和8年）",
    "2019年4月30日（平成31年）",
    "2019年5月1日（令和元年）",
    "sometime",
    expect.stringMatching(/^2026\/11\/24 .*（令和8年）$/),
    "下顎左側",
    "右下第三大臼歯",
  ]);
});

test("a day or a time tells its day in the era, anything else nothing", () => {
  expect(era("2004-04-20")).toBe("平成16年4月20日");
  expect(era("2026-11-30T09:00")).toBe("令和8年11月30日");
  expect(era("")).toBe("");
});
