import type { Page } from "playwright-core";
import { expect } from "vitest";
import { confirm, go, look } from "./operator";
import type { RegistryDesk } from "./registryDesk";

/** The request goes to the root's computer, its certificate comes back, and its fingerprint is typed. */
export async function rollOver(desk: RegistryDesk, page: Page): Promise<void> {
  await go(page, "keys");
  const card = page.locator("[data-card=authority]");
  await card.getByRole("button", { name: "次の発行認証局に切り替える" }).click();
  await card.getByRole("button", { name: "鍵と証明書要求を作る" }).click();
  const saving = page.waitForEvent("download");
  await card.locator("a[download='next-issuing.csr']").click();
  await (await saving).saveAs(desk.path("next-issuing.csr"));
  desk.run(
    ...["root", "authority", "--key", desk.path("data/root.key"), "--cert", desk.path("root.pem")],
    ...["--request", desk.path("next-issuing.csr"), "--number", "2", "--out", desk.path("carried")],
  );
  const input = card.locator("input[name=certificate]");
  await input.setInputFiles(desk.path("root.pem"));
  await card.locator("[role=alert][data-code=not_requested]").waitFor();
  await look(page, "keys-away-ja");
  await input.setInputFiles(desk.path("carried/issuing.pem"));
  const dialog = page.locator("dialog");
  const fingerprint = (await dialog.locator(".code").textContent()) ?? "";
  await confirm(page);
  await dialog.locator(".field-wrong").waitFor();
  await look(page, "keys-take-ja");
  await dialog.locator("input[name=typed]").fill(fingerprint.slice(0, 8));
  await confirm(page);
  await page.locator("[data-done=authority]").waitFor();
  await card.locator("dd", { hasText: fingerprint }).waitFor();
  // What only the root can do here asks for the root's key, and for the registry's name.
  await page.locator("[data-card=register] button").click();
  await look(page, "keys-here-ja");
  await page.keyboard.press("Escape");
  const root = page.locator("[data-card=root]");
  await root.getByRole("button", { name: "次のルートに切り替える" }).click();
  await root.locator("input[value=here]").check();
  await root.locator("input[name=threshold]").waitFor();
  await look(page, "keys-root-ja");
}

/** With four eyes, whoever names an operator or lets one go waits for another. */
export async function comeAndGo(first: Page, second: Page): Promise<void> {
  await go(first, "operators");
  const row = first.locator("tr[data-operator=sato]");
  await first.getByRole("button", { name: "担当者を追加する" }).click();
  const dialog = first.locator("dialog");
  await dialog.locator("input[name=newOperator]").fill("sato");
  await dialog.locator("input[name=newPassphrase]").fill("sato counts 4 herons");
  await confirm(first);
  await dialog.locator("input[name=newPassphraseAgain]").fill("sato counts 4 herons");
  await look(first, "operators-add-ja");
  await confirm(first);
  await first.locator("main [role=status] a").waitFor();
  await approve(second);
  await first.reload();
  await row.waitFor();
  await look(first, "operators-ja");
  await row.getByRole("button", { name: "外す" }).click();
  await dialog.locator("input[name=typed]").fill("sato");
  await confirm(first);
  await first.locator("main [role=status] a").waitFor();
  await approve(second);
  await first.reload();
  await first.locator("tr[data-operator=mori]").waitFor();
  expect(await row.count()).toBe(0);
}

async function approve(page: Page): Promise<void> {
  await page.reload();
  await go(page, "pending");
  await page.locator("[data-pending] .button-primary").click();
  await confirm(page);
  await page.locator("main .empty").waitFor();
}
