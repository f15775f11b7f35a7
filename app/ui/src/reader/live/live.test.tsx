import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactElement } from "react";
import { beforeEach, expect, test } from "vitest";
import type { LiveState } from "../../backend/liveTypes";
import { LiveNote } from "../../parts/LiveNote";
import { reportedCase } from "../../test/cases";
import { answersOf, Line, LIVE, looking, me, seen, suzuki, useLines } from "../../test/live";
import { answer, show } from "../../test/node";
import type { LivePane } from "../engine/live";
import { lookOf, sameImage, type Seen } from "../pure/live/look";
import { desk } from "./desk";
import { LiveButton } from "./LiveButton";
import { LiveLayer } from "./LiveLayer";
import { LivePanel } from "./LivePanel";

beforeEach(useLines);

const node = (state: LiveState) =>
  answer({ "GET /api/v1/cases/c1": { body: reportedCase }, ...answersOf(state) });

/** Button and panel as the reading room has them. */
function Room({ made }: { made: ReturnType<typeof desk> }): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <main>
      <LiveButton desk={made} caseId="c1" open={open} onOpen={setOpen} />
      {open && <LivePanel desk={made} caseId="c1" />}
    </main>
  );
}

async function joined(state: LiveState) {
  const calls = node(state);
  const made = desk("c1");
  made.see(seen);
  show(<Room made={made} />);
  await userEvent.click(screen.getByRole("button", { name: "いっしょに見る" }));
  await screen.findByRole("list", { name: "参加している人" });
  return { calls, made };
}

test("one joins by the button, and sees who is there and whose view is followed", async () => {
  const { made } = await joined(
    looking(me, suzuki, { ...suzuki, practitioner: "p3", name: "佐藤", connected: false }),
  );
  const people = within(screen.getByRole("list", { name: "参加している人" }));
  expect(people.getByText("田中 花子（自分）")).toBeTruthy();
  expect(people.getByText("接続が切れています")).toBeTruthy();
  const follow = people.getByRole("button", { name: "鈴木 一郎 さんの表示に合わせる" });
  expect(follow.getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByText(/自分で動かすと解除されます/)).toBeTruthy();
  act(() => made.touched());
  await userEvent.click(screen.getByRole("button", { name: "ふたたび合わせる" }));
  expect(made.now().following.paused).toBe(false);
  await userEvent.click(follow);
  expect(screen.getByText("自分の表示を見ています。")).toBeTruthy();
  made.close(false);
});

test("what is said is written in a log, and that it is not kept stands beside it", async () => {
  const { calls } = await joined(looking(me));
  expect(screen.getByText(/保存されません/)).toBeTruthy();
  expect(screen.getByText(/いま接続中の相手はいません/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText("メッセージを書く"), " ここです {Enter}");
  expect(await within(screen.getByRole("log")).findByText("ここです")).toBeTruthy();
  const sent = calls.find((call) => call.method === "POST");
  expect(sent?.body).toEqual({ text: "ここです" });
  // The node keeps no answer of it, so a second try would say it twice.
  expect(sent?.headers.has("Idempotency-Key")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "退出する" }));
  await waitFor(() => expect(calls.at(-1)?.method).toBe("DELETE"));
  expect(screen.queryByText("ここです")).toBeNull();
  expect(screen.getByRole("button", { name: "参加する" })).toBeTruthy();
});

test("who shares nothing any more says so to the node", async () => {
  const { calls, made } = await joined(looking(me));
  await userEvent.click(screen.getByRole("checkbox", { name: "自分の表示と矢印を共有する" }));
  await waitFor(() =>
    expect(calls.filter((call) => call.method === "PUT").at(-1)?.body).toEqual({
      sharing: false,
      look: null,
    }),
  );
  made.close(false);
});

test("a refusal stands in the panel with what to do", async () => {
  answer({
    [`PUT ${LIVE}`]: { status: 403, body: { code: "not_allowed_here", detail: "だめです" } },
  });
  const made = desk("c1");
  show(<Room made={made} />);
  await userEvent.click(screen.getByRole("button", { name: "いっしょに見る" }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(screen.getByRole("button", { name: "参加する" })).toBeTruthy();
});

test("the page of a case says who looks, and leads there", async () => {
  answer({ [`GET ${LIVE}`]: { body: looking({ ...suzuki, look: null }) } });
  show(<LiveNote caseId="c1" study="1.2" />);
  expect(await screen.findByText("鈴木 一郎 さんがいま画像を見ています")).toBeTruthy();
  expect(screen.getByRole("link", { name: "参加する" }).getAttribute("href")).toBe(
    "#/reader/1.2?case=c1&live=1",
  );
});

test("r12 who may not look with others is told of nobody", async () => {
  const calls = answer({ [`GET ${LIVE}`]: { status: 409, body: { code: "blind", detail: "" } } });
  show(<LiveNote caseId="c1" study="1.2" />);
  await waitFor(() => expect(calls).toHaveLength(1));
  expect(screen.queryByRole("link")).toBeNull();
});

/** A pane of 200 × 100 pixels that shows one image. */
const pane = (shown: Seen): LivePane => ({
  seen: () => shown,
  show: () => false,
  frame: (other) =>
    sameImage(other, shown) ? { left: 10, top: 0, width: 200, height: 100 } : null,
  inFrame: (_other, [x, y]) => [x * 200, y * 100],
  placeAt: (x, y) => [x / 200, y / 100],
});

test("a pointer is drawn where the same image is shown, and nowhere else", async () => {
  const theirs = lookOf(
    seen,
    [0.5, 0.25],
    [
      {
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
  );
  const { made } = await joined(looking(me, { ...suzuki, look: theirs }));
  const shown = pane(seen);
  const { container } = show(<LiveLayer desk={made} caseId="c1" pane={() => shown} worked />);
  const pointer = container.querySelector("[data-live-cursor]");
  expect(pointer?.getAttribute("transform")).toBe("translate(100.0 25.0)");
  expect(pointer?.textContent).toBe("鈴木 一郎");
  expect(container.querySelector("polyline")?.getAttribute("points")).toBe("0.0,0.0 200.0,100.0");
  act(() => Line.opened[0]?.tell(looking(me, { ...suzuki, look: { ...theirs, instance: "9.9" } })));
  expect(container.querySelector("[data-live-cursor]")).toBeNull();
  expect(container.querySelector("polyline")).toBeNull();
  made.close(false);
});
