import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show, type Call } from "../../test/node";
import { Console } from "../Console";
import { SIGNED_IN, STATUS } from "../applications/fixtures";
import { sharesOf } from "./hand";
import type { KeyStanding, Preview } from "./types";

const VALID = { not_before: 1_790_000_000, not_after: 4_000_000_000 };

const STANDING: KeyStanding = {
  name: "みなと登録機関",
  roots: [
    {
      subject: "みなと登録機関 Root",
      fingerprint: "ab".repeat(32),
      validity: VALID,
      current: true,
      key_here: null,
    },
  ],
  authorities: [
    {
      subject: "みなと登録機関 Issuing 1",
      fingerprint: "cd".repeat(32),
      validity: VALID,
      current: true,
      certificates: 12,
      signs_list: true,
    },
  ],
  register_key: { key: "ef".repeat(32), fingerprint: "01".repeat(32), validity: VALID },
  next_authority: 2,
  request: "-----BEGIN CERTIFICATE REQUEST-----",
};

const PREVIEW: Preview = {
  subject: "みなと登録機関 Issuing 2",
  fingerprint: "0123456789abcdef".repeat(4),
  validity: VALID,
};

function open(answers: Parameters<typeof answer>[0], standing = STANDING) {
  location.hash = "#/keys";
  const calls = answer({ ...SIGNED_IN, "GET /api/v1/keys": { body: standing }, ...answers });
  show(<Console />);
  return calls;
}

test("r3 an issuing authority takes over only after its fingerprint was typed", async () => {
  const calls: Call[] = open({
    "GET /api/v1/keys": {
      // Once it is in service, nothing is waited for any more.
      get body() {
        const taken = calls.some((call) => call.path === "/api/v1/keys/authority");
        return taken ? { ...STANDING, request: null } : STANDING;
      },
    },
    "POST /api/v1/keys/authority/check": { body: PREVIEW },
    "POST /api/v1/keys/authority": { status: 201, body: { authority: PREVIEW.fingerprint } },
  });
  const input = await screen.findByLabelText<HTMLInputElement>(/証明書を選ぶ/, {
    selector: "input",
  });
  expect(screen.getByText(/--number 2 --out carried/)).toBeTruthy();
  await userEvent.upload(input, new File(["PEM"], "issuing.pem"));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(PREVIEW.subject)).toBeTruthy();
  const confirm = dialog.getByRole("button", { name: "切り替える" });
  await userEvent.click(confirm);
  expect(dialog.getByText("表示のとおりに入力してください。")).toBeTruthy();
  expect(calls.some((call) => call.path === "/api/v1/keys/authority")).toBe(false);
  await userEvent.type(dialog.getByLabelText(/初めの 8 文字/), "01234567");
  await userEvent.click(confirm);
  expect(await screen.findByText(/次の発行認証局に切り替えました/)).toBeTruthy();
  const done = calls.find((call) => call.path === "/api/v1/keys/authority");
  expect(done?.body).toEqual({ certificate: "PEM" });
});

test("r19 the root's key is opened here from its shares, for one act", async () => {
  const calls = open({
    "POST /api/v1/keys/register": { status: 422, body: { code: "share", detail: "line 2" } },
  });
  await userEvent.click(await screen.findByRole("button", { name: "公開台帳の鍵を替える" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.queryByText("データフォルダーの鍵から")).toBeNull();
  await userEvent.type(dialog.getByLabelText(/1 枚ごと/), "AAAA{Enter}BBBB{Enter}{Enter}CCCC");
  await userEvent.type(dialog.getByLabelText(/確認のため/), STANDING.name);
  await userEvent.click(dialog.getByRole("button", { name: "替える" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("line 2");
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({
    root: { shares: ["AAAA\nBBBB", "CCCC"] },
    compromised: false,
  });
  expect(sharesOf("\n\n A \n\n\n B\n")).toEqual(["A", "B"]);
});

test("a rollover that is due, and a root's key that lies here, are told", async () => {
  const [root] = STANDING.roots;
  const here = { ...STANDING, roots: root ? [{ ...root, key_here: "root.key" }] : [] };
  const findings = [{ code: "authority_ends", detail: "soon" }];
  open({ "GET /api/v1/status": { body: { ...STATUS, findings } } }, here);
  expect(await screen.findByText(/ネットワークにつながるコンピューターに置かないで/)).toBeTruthy();
  await waitFor(() => expect(document.querySelector("[data-finding=authority_ends]")).toBeTruthy());
  expect(screen.getByText(/12 件/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "次のルートに切り替える" }));
  const away = screen.getAllByRole<HTMLInputElement>("radio", { name: /推奨/ });
  expect(away.every((radio) => radio.checked)).toBe(true);
});

test("r19 a root that was made is forgotten only when somebody says so twice", async () => {
  const held = {
    name: STANDING.name,
    fingerprint: "ab".repeat(32),
    network: "0123456789abcdef",
    shares: 3,
    threshold: 2,
    set: "01020304",
    tried: true,
  };
  const answers = {
    "GET /api/v1/ceremony": { body: held },
    "DELETE /api/v1/ceremony": { body: null },
  };
  const calls = open(answers, { ...STANDING, request: null });
  const ended = () => calls.filter((call) => call.method === "DELETE").length;
  await userEvent.click(await screen.findByRole("button", { name: "次のルートに切り替える" }));
  await userEvent.click(screen.getByRole("radio", { name: /このコンピューターで/ }));
  const again = await screen.findByRole("button", { name: "やり直す" });
  await userEvent.click(again);
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/印刷した分割片・保存した控えは使えなくなります/)).toBeTruthy();
  await userEvent.click(dialog.getByRole("button", { name: "やめる" }));
  expect(ended()).toBe(0);
  await userEvent.click(again);
  await userEvent.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "やり直す" }),
  );
  expect(await screen.findByRole("button", { name: "ルートを作る" })).toBeTruthy();
  expect(ended()).toBe(1);
});
