import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../../test/node";
import { Console } from "../Console";
import { APPLICATION, ID, LIST, SIGNED_IN, STATUS, WAITING } from "./fixtures";

const ONE = `/api/v1/applications/${ID}`;

function open(answers: Parameters<typeof answer>[0]) {
  location.hash = `#/applications/${ID}`;
  const calls = answer({ ...SIGNED_IN, ...answers });
  show(<Console />);
  return calls;
}

test("r3 the list tells who asks for what, and whether the list of specialists has them", async () => {
  location.hash = "#/applications";
  answer({ ...SIGNED_IN, [LIST]: { body: listed("not-listed") } });
  show(<Console />);
  const row = (await screen.findByText("鈴木 一郎 (Ichiro Suzuki)")).closest("tr");
  expect(row?.textContent).toContain("歯科放射線専門医");
  expect(row?.textContent).toContain("名簿になし");
});

test("r24 an image is shown in the page, and a document is only saved", async () => {
  open({ [`GET ${ONE}`]: { body: APPLICATION } });
  const image = await screen.findByRole("button", { name: /免許証/ });
  expect(image.querySelector("img")?.getAttribute("src")).toBe(`${ONE}/evidence/0`);
  const paper = screen.getByRole("link", { name: /専門医認定証/ });
  expect(paper.hasAttribute("download")).toBe(true);
  expect(document.querySelector("iframe, embed, object")).toBeNull();
});

test("r3 what the list contradicts is not proposed, and doubts must be looked at before approving", async () => {
  const calls = open({
    [`GET ${ONE}`]: { body: APPLICATION },
    [`POST ${ONE}/approve`]: { status: 201, body: { fingerprint: "f" } },
  });
  await userEvent.click(await screen.findByRole("button", { name: "承認する" }));
  const dialog = within(screen.getByRole("dialog"));
  const claimed = dialog.getByRole<HTMLInputElement>("checkbox", { name: /歯科放射線専門医/ });
  expect(claimed.checked).toBe(false);
  const confirm = dialog.getByRole("button", { name: "承認する" });
  await userEvent.click(confirm);
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.click(dialog.getByRole("checkbox", { name: /確かめました/ }));
  await userEvent.click(dialog.getByRole("radio", { name: /暫定/ }));
  await userEvent.click(confirm);
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      days: 120,
      qualifications: [],
      provisional: true,
    }),
  );
});

test("r4 the day of a licence is that of the register, also before 1970", async () => {
  open({ [`GET ${ONE}`]: { body: APPLICATION } });
  const name = await screen.findByText("登録年月日");
  expect(name.nextElementSibling?.textContent).toBe("1965/04/02");
});

test("r4 nothing is refused without a reason", async () => {
  const calls = open({
    [`GET ${ONE}`]: { body: APPLICATION },
    [`POST ${ONE}/refuse`]: { body: { refused: ID } },
  });
  await userEvent.click(await screen.findByRole("button", { name: "却下する" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "却下する" }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.click(dialog.getByRole("button", { name: "名簿にない" }));
  await userEvent.click(dialog.getByRole("button", { name: "却下する" }));
  await waitFor(() =>
    expect(JSON.stringify(calls.find((call) => call.method === "POST")?.body)).toContain("名簿"),
  );
});

test("r17 one's own approval waits for another operator, and can only be taken back", async () => {
  open({
    [`GET ${ONE}`]: { body: approvedBy("kobayashi") },
    "GET /api/v1/pending": { body: [WAITING] },
  });
  expect(await screen.findByText(/別の担当者がサインインして承認すると/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "承認して発行する" })).toBeNull();
  expect(screen.getByRole("button", { name: "承認を取り下げる" })).toBeTruthy();
});

test("r17 a second operator sees who approved first, and lets it be issued", async () => {
  const calls = open({
    [`GET ${ONE}`]: { body: approvedBy("mori") },
    "GET /api/v1/pending": { body: [WAITING] },
    "POST /api/v1/pending/p1/approve": { body: { fingerprint: "f" } },
  });
  expect(await screen.findByText(/mori/)).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "承認して発行する" }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "承認して発行する" }));
  await waitFor(() => expect(calls.some((call) => call.method === "POST")).toBe(true));
});

test("r11 what cannot be approved says so, and what to do next", async () => {
  const bad = {
    code: "hpki-signature",
    weight: "bad",
    japanese: "署名が証明書の鍵によるものではありません",
    english: "the signature is not by the key of its certificate",
  };
  open({ [`GET ${ONE}`]: { body: { ...APPLICATION, countersigned: true, findings: [bad] } } });
  const approve = await screen.findByRole<HTMLButtonElement>("button", { name: "承認する" });
  expect(approve.disabled).toBe(true);
  expect(screen.getByText(/理由を書いて却下してください/)).toBeTruthy();
});

test("r11 a file that is no application is refused in words of the language", async () => {
  location.hash = "#/applications";
  answer({
    ...SIGNED_IN,
    "GET /api/v1/status": { body: STATUS },
    "POST /api/v1/applications": {
      status: 422,
      body: { code: "sealed-malformed", detail: "this is not a sealed application" },
    },
  });
  show(<Console />);
  const button = await screen.findByRole("button", { name: "申請ファイルを取り込む" });
  const input = button.parentElement?.querySelector<HTMLInputElement>("input[type=file]");
  await userEvent.upload(input as HTMLInputElement, new File(["x"], "x.sealed"));
  expect((await screen.findByRole("alert")).textContent).toContain(
    "封をした申請ファイルではありません。",
  );
});

function listed(verdict: string) {
  return {
    total: 1,
    offset: 0,
    received: 1,
    approved: 0,
    items: [{ ...APPLICATION, qualifications: [{ code: "oral-radiology", verdict }] }],
  };
}

function approvedBy(by: string) {
  return {
    ...APPLICATION,
    state: "approved",
    decision: { decision: "approved", at: 1_795_000_000, by, pending: "p1", provisional: false },
  };
}
