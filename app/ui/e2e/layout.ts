import type { Page } from "playwright-core";

/** Divides the reader into panes; the menu and what is in it are named in the language of the page. */
export async function divide(
  page: Page,
  menu: "画面分割" | "Layout",
  panes: string,
): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${menu}`) }).click();
  await page.getByRole("group", { name: menu }).getByRole("button", { name: panes }).click();
}
