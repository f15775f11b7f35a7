import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactElement } from "react";
import { expect, test } from "vitest";
import type { ToothFinding } from "../backend/reportTypes";
import { show } from "../test/node";
import { toothLines, ToothFindings } from "./ToothFindings";

function Trying({ first }: { first: ToothFinding[] }): ReactElement {
  const [teeth, setTeeth] = useState(first);
  return (
    <>
      <ToothFindings teeth={teeth} onChange={setTeeth} />
      <output>{toothLines(teeth)}</output>
    </>
  );
}

test("teeth are reached by arrows, chosen by the space bar, and named for who does not see them", async () => {
  show(<Trying first={[]} />);
  const user = userEvent.setup();
  screen.getByRole("button", { name: "乳歯" }).focus();
  await user.tab();
  expect(document.activeElement).toBe(
    screen.getByRole("button", { name: "18 上顎右側第三大臼歯" }),
  );
  await user.keyboard("{ArrowDown}{ArrowRight}");
  expect(document.activeElement).toBe(
    screen.getByRole("button", { name: "47 下顎右側第二大臼歯" }),
  );
  await user.keyboard(" {End} ");
  expect(screen.getByRole("button", { name: "38 下顎左側第三大臼歯", pressed: true })).toBe(
    document.activeElement,
  );
  await user.click(screen.getByRole("button", { name: "乳歯" }));
  expect(screen.getByText("ほかに選んだ歯：47・38")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "55 上顎右側乳第二大臼歯" }));
  await user.type(screen.getByLabelText("55 の所見"), "晩期残存");
  await user.click(screen.getByLabelText("47 付近の過剰歯"));
  await user.type(screen.getByLabelText("47 の所見"), "逆生");
  // Pressed again, a tooth without words goes; one with words stays.
  await user.click(screen.getByRole("button", { name: "55 上顎右側乳第二大臼歯" }));
  await user.click(screen.getByRole("button", { name: "38 を外す" }));
  expect(screen.getByRole("status").textContent).toBe(
    "47 過剰歯 supernumerary: 逆生\n55: 晩期残存",
  );
});
