import type { Page } from "playwright-core";
import { openBrowser, pageOf } from "./chromium";
import type { Credential } from "./demo";

/** Somebody at her node, in a browser of her own. */
export interface Desk {
  ui: string;
  credential: Credential;
  page: Page;
}

export async function openDesk(ui: string, credential: Credential): Promise<Desk> {
  const context = await openBrowser({ width: 1440, height: 900 });
  const page = await pageOf(context);
  page.setDefaultTimeout(60_000);
  return { ui, credential, page };
}

export const button = ({ page }: Desk, name: string) =>
  page.getByRole("button", { name, exact: true });
export const person = ({ page }: Desk, name: string) =>
  page.locator("[data-participant]").filter({ hasText: name });
export const drawing = ({ page }: Desk) => page.locator(".drawing[data-drawn=true]").first();
export const position = async ({ page }: Desk) =>
  page.locator("[data-position]").first().textContent();
export const scale = async (desk: Desk) => Number(await drawing(desk).getAttribute("data-scale"));
export const edges = async ({ page }: Desk) => page.locator(".edge").allTextContents();

/** Where something is from the middle of the image, in pixels of the image. */
export async function fromMiddle(
  desk: Desk,
  at: { x: number; y: number },
): Promise<[number, number]> {
  const box = await drawing(desk).boundingBox();
  const zoom = await scale(desk);
  if (!box) throw new Error("nothing is drawn");
  return [(at.x - box.x - box.width / 2) / zoom, (at.y - box.y - box.height / 2) / zoom];
}
