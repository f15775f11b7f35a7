import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { pacs, waiting } from "../test/archives";
import { judge } from "../test/axe";
import { answer, show } from "../test/node";
import { SendToArchive } from "./SendToArchive";

test("r15 a study is sent to the archive that is chosen, once, and the way to the queue is shown", async () => {
  const other = { ...pacs, aet: "STORE2" };
  const source = { ...pacs, aet: "SOURCE", send: false };
  const calls = answer({
    "GET /api/v1/archives": { body: [pacs, other, source] },
    "POST /api/v1/studies/1.2.3/send": { status: 202, body: { ...waiting, what: "study" } },
  });
  const { container } = show(<SendToArchive study="1.2.3" patient="山田 太郎" />);
  const where = await screen.findByLabelText("山田 太郎 の画像の送信先");
  expect([...where.querySelectorAll("option")].map((one) => one.value)).toEqual(["PACS", "STORE2"]);
  await judge();
  await userEvent.selectOptions(where, "STORE2");
  const button = screen.getByText("STORE2 へ送る");
  await userEvent.click(button);
  expect(await screen.findByText(/STORE2 への送信待ちに入れました/)).toBeTruthy();
  expect(screen.getByText("送信の状況を見る").getAttribute("href")).toBe("#/archives");
  expect(button.matches(":disabled")).toBe(true);
  const sent = calls.filter((call) => call.method === "POST");
  expect(sent.map((call) => call.body)).toEqual([{ to: "STORE2" }]);
  await judge();
  container.remove();
});

test("a study whose sending is refused says why, and where none may be sent to nothing is offered", async () => {
  answer({
    "GET /api/v1/archives": { body: [pacs] },
    "POST /api/v1/studies/1.2.3/send": {
      status: 403,
      body: { code: "denied", detail: "may not", next: "ask", status: 403 },
    },
  });
  show(<SendToArchive study="1.2.3" patient="山田 太郎" />);
  await userEvent.click(await screen.findByText("PACS へ送る"));
  expect(await screen.findByRole("alert")).toBeTruthy();
  answer({ "GET /api/v1/archives": { body: [{ ...pacs, send: false }] } });
  const { container } = show(<SendToArchive study="1.2.4" patient="山田 花子" />);
  await waitFor(() => expect(container.textContent).toBe(""));
});
