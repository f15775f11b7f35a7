import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../../test/node";
import { Console } from "../Console";
import { SIGNED_IN } from "../applications/fixtures";
import { EMPTY, chosen, orderOf, wrongIn } from "./order";

const NONE = {
  "GET /api/v1/credentials/search?offset=0&limit=50": {
    body: { total: 0, offset: 0, items: [] },
  },
};

async function open(answers: Parameters<typeof answer>[0]) {
  location.hash = "#/credentials";
  const calls = answer({ ...SIGNED_IN, ...NONE, ...answers });
  show(<Console />);
  await userEvent.click(
    await screen.findByRole("button", { name: "届いた証明書要求から発行する" }),
  );
  return { calls, dialog: within(screen.getByRole("dialog")) };
}

function request(): File {
  return new File(["-----BEGIN CERTIFICATE REQUEST-----"], "node.csr.pem");
}

test("r20 a node is issued for a request on paper, and what is missing is said before", async () => {
  const { calls, dialog } = await open({
    "POST /api/v1/credentials": { status: 201, body: { fingerprint: "ab".repeat(32) } },
  });
  const confirm = dialog.getByRole("button", { name: "発行する" });
  await userEvent.click(dialog.getByRole("radio", { name: "ノード" }));
  await userEvent.click(confirm);
  expect(dialog.getAllByText("入力してください。")).toHaveLength(2);
  expect(dialog.getByText("証明書要求のファイルを選んでください。")).toBeTruthy();
  expect(calls.some((call) => call.method === "POST")).toBe(false);

  await userEvent.upload(
    dialog.getByLabelText("証明書要求を選ぶ", { selector: "input" }),
    request(),
  );
  await dialog.findByText("node.csr.pem");
  await userEvent.type(dialog.getByLabelText(/^施設/), "さくら歯科クリニック");
  await userEvent.type(dialog.getByLabelText(/コード/), "1312345");
  await userEvent.selectOptions(dialog.getByLabelText(/装置/), "portable");
  await userEvent.click(confirm);
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      kind: "node",
      request: "-----BEGIN CERTIFICATE REQUEST-----",
      institution: "さくら歯科クリニック",
      institution_code: "1312345",
      device_class: "portable",
      owner: "institution",
      days: 365,
    }),
  );
  const link = await screen.findByRole("link", { name: "証明書を見る" });
  expect(link.getAttribute("href")).toBe(`#/credentials/${"ab".repeat(32)}`);
});

test("r21 with four eyes it says that another operator approves it first", async () => {
  const { dialog } = await open({});
  expect(dialog.getByText(/別の担当者が承認すると実行されます/)).toBeTruthy();
});

test("r3 a qualification goes with its licence, and an equivalent one with its ground", () => {
  const file = { name: "a.csr", pem: "PEM" };
  const dentist = {
    ...EMPTY,
    request: file,
    nameJa: "田中 花子",
    nameLatin: "Tanaka Hanako",
    licenceNumber: "123456",
    qualifications: ["oral-radiology", "equivalent"] as const,
  };
  const draft = { ...dentist, qualifications: [...dentist.qualifications] };
  expect(wrongIn(draft)).toEqual(["ground"]);
  expect(orderOf({ ...draft, ground: "大学病院で12年" })).toMatchObject({
    qualifications: ["oral-radiology", "equivalent=大学病院で12年"],
    registered_on: null,
    institution: null,
  });
  // What another licence makes impossible is not ordered, though it was ticked.
  expect(chosen({ ...draft, licence: "physician" })).toEqual([]);
  expect(chosen({ ...draft, jurisdiction: "US" })).toEqual([]);
});
