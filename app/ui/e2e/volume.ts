import type { Page } from "playwright-core";
import { expect } from "vitest";
import { divide } from "./layout";

/** What is on a canvas: how many of its pixels are lit, and a sum that differs where pictures differ. */
interface Painted {
  lit: number;
  all: number;
  sum: number;
}

/** A volume as a body, in the first pane: something is drawn, it turns by keys and mouse, and shows otherwise. */
export async function turnBody(page: Page): Promise<void> {
  await divide(page, "画面分割", "1面");
  // Whether it is a volume is asked first.
  await page.locator("button:not([disabled])", { hasText: "3D" }).waitFor();
  await page.locator(".pane-image").focus();
  await page.keyboard.press("o");
  const body = page.locator(".rendered");
  await page.locator(".rendered[data-still=true]").waitFor({ timeout: 80_000 });
  await page.getByText("計測には使えません").waitFor();
  const front = await painted(page);
  expect(front.lit / front.all).toBeGreaterThan(0.02);
  // Looked at from before the face, the patient's right is on the left.
  expect(await page.locator(".rendered .edge-left").textContent()).toBe("R");

  await page.locator(".pane-image").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  // Turned to the right, the face is on the right: it is looked at from the patient's right.
  await page.locator(".rendered .edge-right", { hasText: /^A$/ }).waitFor();
  const side = await still(page, front);

  const box = await page.locator(".rendered-body").boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 160, y + 60, { steps: 4 });
  await page.mouse.up();
  const dragged = await still(page, side);

  await page.locator(".pane-image").focus();
  await page.keyboard.press("4");
  expect(await body.getAttribute("data-rendering")).toBe("mip");
  await still(page, dragged);
  await page.keyboard.press("1");
  await page.keyboard.press("0");
  await page.locator(".rendered .edge-left", { hasText: /^R$/ }).waitFor();
  await page.locator(".rendered[data-still=true]").waitFor();
}

/** What is drawn once it rests and differs from what was drawn before. */
async function still(page: Page, before: Painted): Promise<Painted> {
  await page.locator(".rendered[data-still=true]").waitFor({ timeout: 60_000 });
  let now = before;
  await expect
    .poll(
      async () => {
        now = await painted(page);
        return now.sum !== before.sum && now.lit > 0;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  await page.locator(".rendered[data-still=true]").waitFor({ timeout: 60_000 });
  return painted(page);
}

async function painted(page: Page): Promise<Painted> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".rendered canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context) throw new Error("there is no canvas");
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [lit, sum] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      if (red + green + blue > 60) lit += 1;
      sum = (sum * 31 + red * 7 + green * 3 + blue) % 1_000_000_007;
    }
    return { lit, all: data.length / 4, sum };
  });
}
