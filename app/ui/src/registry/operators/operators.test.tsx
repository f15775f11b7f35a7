import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../../test/node";
import { Console } from "../Console";
import { SIGNED_IN } from "../applications/fixtures";

const ONE = { name: "kobayashi", key: "ab".repeat(32), since: 1_795_000_000 };
const TWO = { name: "mori", key: "cd".repeat(32), since: 1_795_000_000 };

function open(operators: unknown[], answers: Parameters<typeof answer>[0] = {}) {
  location.hash = "#/operators";
  const body = { four_eyes: true, operators };
  const calls = answer({ ...SIGNED_IN, "GET /api/v1/operators": { body }, ...answers });
  show(<Console />);
  return calls;
}

test("r11 the last operator cannot be let go", async () => {
  open([ONE]);
  const end = await screen.findByRole<HTMLButtonElement>("button", { name: "外す" });
  expect(end.disabled).toBe(true);
  expect(screen.getByText("最後の担当者は外せません。")).toBeTruthy();
  expect(screen.getByText(/二人での確認/)).toBeTruthy();
});

test("r21 an operator is let go when her name was typed, and waits for another", async () => {
  const calls = open([ONE, TWO], {
    "DELETE /api/v1/operators/mori": { status: 202, body: { pending: "p1" } },
  });
  const row = (await screen.findByText("mori")).closest("tr") as HTMLElement;
  await userEvent.click(within(row).getByRole("button", { name: "外す" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "外す" }));
  expect(calls.some((call) => call.method === "DELETE")).toBe(false);
  await userEvent.type(dialog.getByLabelText(/確認のため/), "mori");
  await userEvent.click(dialog.getByRole("button", { name: "外す" }));
  expect(await screen.findByText(/承認されるまで何も変わりません/)).toBeTruthy();
});

test("r17 a new operator types the same passphrase twice", async () => {
  const calls = open([ONE], {
    "POST /api/v1/operators": { status: 201, body: { operator: "sato", key: "ef" } },
  });
  await userEvent.click(await screen.findByRole("button", { name: "担当者を追加する" }));
  const dialog = within(screen.getByRole("dialog"));
  const confirm = dialog.getByRole("button", { name: "担当者を追加する" });
  await userEvent.type(dialog.getByLabelText("担当者名"), "Sato");
  await userEvent.type(dialog.getByLabelText("パスフレーズ"), "sato counts 4 herons");
  await userEvent.type(dialog.getByLabelText("もう一度入力"), "another");
  await userEvent.click(confirm);
  expect(dialog.getByText(/32 文字までで入力/)).toBeTruthy();
  expect(dialog.getByText("二つのパスフレーズが違います。")).toBeTruthy();
  await userEvent.clear(dialog.getByLabelText("担当者名"));
  await userEvent.type(dialog.getByLabelText("担当者名"), "sato");
  await userEvent.clear(dialog.getByLabelText("もう一度入力"));
  await userEvent.type(dialog.getByLabelText("もう一度入力"), "sato counts 4 herons");
  await userEvent.click(confirm);
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      name: "sato",
      passphrase: "sato counts 4 herons",
    }),
  );
});
