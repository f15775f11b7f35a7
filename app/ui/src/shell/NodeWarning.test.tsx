import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { nodeStatus } from "../test/fixtures";
import { answer, show } from "../test/node";
import { NodeWarning } from "./NodeWarning";

test("r20 a machine that may not be worked at says why", async () => {
  const refused = {
    code: "not_permitted",
    detail: "A portable device is used only when it was started with a passphrase",
    detail_ja: "携帯端末は、起動時にパスフレーズを入力しなければ使用できません。",
    next: "",
  };
  answer({ "GET /api/v1/status": { body: { ...nodeStatus, refused } } });
  show(<NodeWarning />);
  expect((await screen.findByRole("alert")).textContent).toContain("携帯端末は、起動時に");
});

test("r20 a machine that was revoked says so", async () => {
  const refused = { code: "certificate_refused", detail: "revoked", detail_ja: null, next: "" };
  answer({ "GET /api/v1/status": { body: { ...nodeStatus, refused } } });
  show(<NodeWarning />);
  expect((await screen.findByRole("alert")).textContent).toContain("失効しています");
});
