import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Cornerstone takes a finger so soon after the mouse for the same click, and the other way around. */
const APART = 2_100;

/** Over the axial section of a volume that is cut in three: the glass shows something, and goes. */
export async function magnifySection(page: Page): Promise<void> {
  const plane = page.locator("[data-plane=axial]");
  const box = await plane.boundingBox();
  if (!box) throw new Error("nothing is drawn");
  // A back tooth of the right side in the sample volume.
  const [x, y] = [box.x + box.width * 0.31, box.y + box.height / 2];
  const glass = page.locator(".magnifyTool canvas");

  await page.locator(".pane-image").focus();
  await page.keyboard.press("m");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await glass.waitFor();
  await expect.poll(() => spread(page), { timeout: 30_000 }).toBeGreaterThan(20);
  const before = await sum(page);
  await page.mouse.move(x + 60, y + 40, { steps: 4 });
  await expect.poll(() => sum(page), { timeout: 30_000 }).not.toBe(before);
  await page.mouse.up();
  await glass.waitFor({ state: "detached" });

  // A finger that rests, while it would scroll if it moved.
  await page.keyboard.press("s");
  await page.waitForTimeout(APART);
  const touch = await page.context().newCDPSession(page);
  await touch.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const at = { x: Math.round(x), y: Math.round(y) };
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
  await glass.waitFor();
  await expect.poll(() => spread(page), { timeout: 30_000 }).toBeGreaterThan(20);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await glass.waitFor({ state: "detached" });
  await touch.send("Emulation.setTouchEmulationEnabled", { enabled: false });
  await touch.detach();
  await page.waitForTimeout(APART);
  await page.keyboard.press("c");
}

/** How far apart the darkest and the lightest grey in the glass are. */
async function spread(page: Page): Promise<number> {
  const greys = await greysOf(page);
  return Math.max(...greys) - Math.min(...greys);
}

async function sum(page: Page): Promise<number> {
  return (await greysOf(page)).reduce((all, one, at) => (all * 31 + one + at) % 1_000_000_007, 0);
}

/** Some of what is drawn in the glass. */
async function greysOf(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".magnifyTool canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context || canvas.width === 0) return [0];
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(
      { length: 2_000 },
      (_, at) => data[4 * at * Math.floor(data.length / 8_000)] ?? 0,
    );
  });
}
