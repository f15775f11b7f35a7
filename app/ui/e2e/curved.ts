import type { Page } from "playwright-core";
import { expect } from "vitest";
import { divide } from "./layout";

/** What the sample volume's jaw measures: half an ellipse of 20.8 by 28.8 mm, and some way straight back. */
const ARCH = { shortest: 75, longest: 110 };

/**
 * The views along the dental arch, in the first pane: found by itself, measured in both senses, a canal traced and an
 * implant placed over it. The volume has arrived.
 */
export async function readAlongArch(page: Page): Promise<void> {
  await divide(page, "画面分割", "1面");
  await page.getByRole("button", { name: "パノラマ断面" }).click();
  await page.locator(".curved[data-arch=found]").waitFor();
  await page.locator(".field-arch[data-drawn=true]").waitFor();
  const along = page.getByLabel("歯列上の位置");
  const length = Number(await along.getAttribute("max"));
  expect(length).toBeGreaterThan(ARCH.shortest);
  expect(length).toBeLessThan(ARCH.longest);

  // A place pointed at in the panoramic picture is the one of the section.
  const picture = await boxOf(page, ".field-arch");
  const [x, y] = [picture.x + picture.width / 2, picture.y + picture.height / 2];
  const before = Number(await along.inputValue());
  await page.mouse.click(x + 40, y + 30);
  await expect.poll(async () => Number(await along.inputValue())).toBeGreaterThan(before + 2);

  await page.locator(".pane-image").focus();
  await page.keyboard.press("l");
  await page.mouse.move(x - 60, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 3 });
  await page.mouse.up();
  const text = page.locator(".field-arch .field-text");
  await text.filter({ hasText: /弧長.+直線距離/ }).waitFor();
  // How much longer the arc is than the straight line. The text follows the hand.
  const bent = async () => {
    const lengths = [...((await text.textContent()) ?? "").matchAll(/([\d.]+) mm/g)];
    const [arc = NaN, straight = NaN] = lengths.map((found) => Number(found[1]));
    return arc / straight;
  };
  await expect.poll(bent).toBeGreaterThan(1.05);

  await page.getByRole("button", { name: "神経管をなぞる" }).click();
  for (const away of [20, 40, 60])
    await page.mouse.click(x + away, picture.y + picture.height - 25);
  await page.getByRole("button", { name: "インプラントを置く" }).click();
  const section = await boxOf(page, ".field-section");
  await page.mouse.click(section.x + section.width / 2, section.y + section.height * 0.6);
  await page.locator("[data-clearance]", { hasText: /神経管 1 まで [\d.]+ mm/ }).waitFor();
}

async function boxOf(page: Page, what: string) {
  const box = await page.locator(what).boundingBox();
  if (!box) throw new Error(`${what} is not drawn`);
  return box;
}
