import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { judge } from "../../test/axe";
import { grid, horseshoe } from "../../test/horseshoe";
import { factsOf } from "../pure/dicom";
import { findArch } from "../pure/curved/findArch";
import { axialMip } from "../pure/curved/mip";
import { smoothPath } from "../pure/curved/spline";
import { ArchPanel } from "./ArchPanel";
import { Axial } from "./Axial";
import { PlanPanel } from "./PlanPanel";
import { drawAt, heightsOf, markerOf, type Scene } from "./scene";
import { Sections } from "./Sections";
import { changePlan, forgetLines, forgetPlans, planOf, usePlan } from "./usePlan";
import { STRAIGHT } from "../pure/curve";

const SERIES = "1.2.3.1";
const nothing = () => undefined;
const arch = findArch(axialMip(horseshoe, { low: 0, high: 27 }), grid) ?? [];

function scene(more: Partial<Scene> = {}): Scene {
  const plan = planOf(SERIES);
  const path = smoothPath(plan.control, 0.5);
  const heights = heightsOf(horseshoe, plan);
  return {
    series: SERIES,
    stack: horseshoe,
    facts: factsOf({}, 1),
    plan,
    path,
    heights,
    marker: markerOf(plan, path, heights),
    drawing: "nothing",
    shared: {
      tool: "crosshairs",
      window: { center: 500, width: 2500 },
      onWindow: nothing,
      invert: false,
      shape: STRAIGHT,
    },
    size: { diameter: 4, length: 10 },
    canal: null,
    onCanal: nothing,
    ...more,
  };
}

/** Everything, as the plan is now. */
function All({ more = {} }: { more?: Partial<Scene> }) {
  usePlan(SERIES);
  const now = scene(more);
  return (
    <>
      <Axial scene={now} projected={false} />
      {now.path && <Sections scene={now} path={now.path} />}
      <ArchPanel
        scene={now}
        projected={false}
        onProjected={nothing}
        onDrawing={nothing}
        onFind={nothing}
      />
      <PlanPanel scene={now} onDrawing={nothing} onCanal={nothing} onSize={nothing} />
    </>
  );
}

beforeEach(() => {
  // jsdom draws nothing and measures nothing.
  vi.stubGlobal("ResizeObserver", class {
    observe = nothing;
    disconnect = nothing;
  }); // prettier-ignore
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  changePlan(SERIES, () => ({ control: arch, came: "found" }));
});
afterEach(forgetPlans);

test("points of the arch are moved and taken away by keys, and what was measured on the old arch goes", async () => {
  const user = userEvent.setup();
  render(<All />);
  const [handle] = screen.getAllByRole("button", { name: /歯列弓の点 5 \/ 9/ });
  handle?.focus();
  await user.keyboard("{ArrowUp}");
  const moved = planOf(SERIES).control[4];
  expect(moved?.[0]).toBeCloseTo(arch[4]?.[0] ?? 0, 6);
  expect(moved?.[1]).toBeCloseTo((arch[4]?.[1] ?? 0) - 0.5, 6);
  expect(screen.getByText("歯列弓：手描き")).toBeTruthy();
  await user.keyboard("{Delete}");
  expect(planOf(SERIES).control).toHaveLength(8);
  await judge();
});

test("where no arch is found, the page says so and what to do", () => {
  changePlan(SERIES, () => ({ control: [], came: "none" }));
  render(<All />);
  expect(screen.getByText(/自動で見つけられませんでした。「点を打って描く」を選び/)).toBeTruthy();
});

test("an implant tells how near it is to a canal, and that nobody keeps either", async () => {
  drawAt(scene({ drawing: "canal" }), [14, 45, 4]);
  const [canal] = planOf(SERIES).canals;
  drawAt(scene({ drawing: "canal", canal: canal?.id ?? "" }), [14, 60, 4]);
  drawAt(scene({ drawing: "implant" }), [14, 50, 20]);
  const [implant] = planOf(SERIES).implants;
  changePlan(SERIES, () => ({ implants: implant ? [{ ...implant, axis: [0, 0, -1] }] : [] }));
  render(<All />);
  // From 20 mm down 10 mm to the canal's middle at 4 mm, whose tube is 2.5 mm thick.
  expect(screen.getByText("神経管 1 まで 4.75 mm")).toBeTruthy();
  fireEvent.change(screen.getByLabelText("長さ"), { target: { value: "13" } });
  expect(screen.getByText(/1\.75 mm（2 mm 未満）/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText("長さ"), { target: { value: "15" } });
  expect(screen.getByText("神経管 1 と重なっています")).toBeTruthy();
  expect(screen.getByText(/報告書や症例には保存されません/)).toBeTruthy();
  await judge();
  fireEvent.click(screen.getByRole("button", { name: "インプラント 1 を消す" }));
  expect(planOf(SERIES).implants).toEqual([]);
});

test("nothing of a patient stays when measurements are removed or the reader is left", () => {
  changePlan(SERIES, () => ({
    lines: [{ id: "a", view: "axial", along: 0, ends: [[0, 0], [1, 0]], places: [[0, 0, 0], [1, 0, 0]] }], // prettier-ignore
  }));
  forgetLines();
  expect(planOf(SERIES).lines).toEqual([]);
  expect(planOf(SERIES).control).toEqual(arch);
  forgetPlans();
  expect(planOf(SERIES).control).toEqual([]);
});
