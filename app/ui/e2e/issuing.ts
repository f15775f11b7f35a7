import type { Page } from "playwright-core";
import { confirm, go, look } from "./operator";
import type { RegistryDesk } from "./registryDesk";

/** One operator issues a node's certificate for a request on paper, and another approves it. */
export async function issueOnPaper(desk: RegistryDesk, first: Page, second: Page): Promise<void> {
  await go(first, "credentials");
  await first.locator(".intake button").click();
  const dialog = first.locator("dialog");
  await dialog.locator("input[name=kind]").last().check();
  await confirm(first);
  await dialog.locator(".field-wrong").first().waitFor();
  await dialog
    .locator("input[name=request]")
    .setInputFiles(desk.write("paper.csr", desk.request()));
  await dialog.locator("input[name=institution]").fill("みなと歯科");
  await dialog.locator("input[name=institutionCode]").fill("1398765");
  await dialog.locator("select[name=device]").selectOption("portable");
  await look(first, "issue-ja");
  await confirm(first);
  await first.locator(".intake [role=status] a").waitFor();
  await second.reload();
  await go(second, "pending");
  await second.locator("[data-pending] .button-primary").click();
  await confirm(second);
  await second.locator("main .empty").waitFor();
  await first.reload();
  await go(first, "credentials");
  await first.locator("tr[data-credential]", { hasText: "みなと歯科" }).waitFor();
}
