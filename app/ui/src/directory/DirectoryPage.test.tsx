import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { dentist, specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { DirectoryPage } from "./DirectoryPage";

function open() {
  const calls = answer({
    "GET /api/v1/directory?readers=true": {
      body: [specialist, { ...specialist, ...dentist, may_read: true, profile: null }],
    },
    "GET /api/v1/directory?q=suzuki&readers=true": { body: [specialist] },
    "GET /api/v1/directory?q=suzuki&readers=true&region=13": { body: [] },
  });
  show(<DirectoryPage me={dentist} />);
  return calls;
}

test("r3 a result shows what the registry answers for, and what she says of herself", async () => {
  open();
  const card = (await screen.findByText("Ichiro Suzuki")).closest("article") as HTMLElement;
  const text = card.textContent;
  expect(text).toMatch(/歯科医籍 98765（JP）/);
  expect(text).toMatch(/歯科放射線専門医/);
  expect(text).toMatch(/東都大学歯学部附属病院/);
  expect(text).toMatch(/東京都/);
  expect(text).toMatch(/月 09:00–17:00/);
  expect(text).toMatch(/通常 48 時間・至急 6 時間/);
  expect(text).toMatch(/受付中/);
  expect(card.querySelector("img")?.getAttribute("src")).toBe("/api/v1/directory/photo");
});

test("a result leads to the request with her as recipient; nobody asks herself", async () => {
  open();
  const links = await screen.findAllByRole("link", { name: "この方に読影を依頼する" });
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    `#/request?reader=${specialist.fingerprint}`,
  ]);
});

test("words and filters are asked of the node, and an empty answer says what to do", async () => {
  const calls = open();
  fireEvent.change(await screen.findByLabelText(/^名前・施設/), { target: { value: "suzuki" } });
  await waitFor(() => expect(screen.queryByText("Hanako Tanaka")).toBeNull());
  await userEvent.selectOptions(screen.getByLabelText("地域"), "13");
  expect(await screen.findByText(/該当する方が見つかりません/)).toBeTruthy();
  expect(within(screen.getByRole("list")).queryAllByRole("listitem")).toHaveLength(0);
  expect(calls.at(-1)?.path).toBe("/api/v1/directory?q=suzuki&readers=true&region=13");
});
