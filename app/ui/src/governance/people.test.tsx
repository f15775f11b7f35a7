import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { GovernanceRecord } from "../backend/governance";
import { answers, house, me, records, roles } from "../test/governance";
import { answer, show, type Call } from "../test/node";
import { GovernancePage } from "./GovernancePage";

const signed = (calls: Call[]) =>
  calls.filter((call) => call.method === "POST" && call.path.endsWith("/governance/records"));

const taken = { "POST /api/v1/governance/records": { status: 201, body: records[0] } };

test("r22 a role keeps the duties and the day that somebody has, and none is chosen beforehand", async () => {
  const [sato] = roles.people;
  const people = [{ ...sato, role: "practitioner", given: ["trail"], until: "2027-03-31" }];
  const path = "GET /api/v1/governance/roles";
  const calls = answer({ ...answers, ...taken, [path]: { body: { ...roles, people } } });
  const { unmount } = show(<GovernancePage />);
  await userEvent.click(await screen.findByText("佐藤 一郎 さんの役割を決める"));
  await userEvent.click(screen.getByText("署名する"));
  await waitFor(() =>
    expect(signed(calls)[0]?.body).toMatchObject({
      role: "practitioner",
      duties: ["trail"],
      until: "2027-03-31",
    }),
  );
  unmount();
  const again = answer({ ...answers, ...taken });
  show(<GovernancePage />);
  await userEvent.click(await screen.findByText("佐藤 一郎 さんの役割を決める"));
  await userEvent.click(screen.getByText("署名する"));
  expect(await screen.findByText("役割を選んでください。")).toBeTruthy();
  expect(signed(again)).toHaveLength(0);
});

test("r11 the response goes to the incident that was chosen, and a drill is reported to nobody", async () => {
  const incident = (id: string, what: string, drill: boolean): GovernanceRecord => ({
    id,
    number: 1,
    at: "2026-11-29T00:00:00Z",
    by: "sato",
    name: "佐藤 一郎",
    statement: {
      record: "incident",
      what,
      noticed: "2026-11-28",
      personal_data: true,
      malice: false,
      drill,
    },
  });
  const due = (about: string, what: "incident" | "final_report") => ({
    what,
    state: "missing",
    about,
    name: "2026-11-28",
    day: null,
    wrong: true,
  });
  const calls = answer({
    ...answers,
    ...taken,
    "GET /api/v1/governance": {
      body: { ...house, incident: "i2", due: [due("i1", "final_report"), due("i2", "incident")] },
    },
    "GET /api/v1/governance/records": {
      body: [incident("i2", "避難訓練", true), incident("i1", "端末の紛失", false)],
    },
    "GET /api/v1/governance/me": { body: me },
  });
  show(<GovernancePage />);
  const lost = (await screen.findByText("端末の紛失")).closest("li");
  const drill = screen.getByText("避難訓練").closest("li");
  if (!lost || !drill) throw new Error("both are told");
  await userEvent.click(within(drill).getByRole("button"));
  expect(screen.queryByText("委員会へ確報した")).toBeNull();
  expect(screen.getByText("インシデントを終了する")).toBeTruthy();
  await userEvent.click(screen.getByText("やめる"));
  await userEvent.click(within(lost).getByRole("button"));
  expect(screen.queryByText("インシデントを終了する")).toBeNull();
  await userEvent.click(screen.getByText("委員会へ確報した"));
  await userEvent.type(screen.getByLabelText(/^行ったこと・分かったこと/), "確報した");
  await userEvent.click(screen.getByText("署名する"));
  await waitFor(() =>
    expect(signed(calls)[0]?.body).toMatchObject({ incident: "i1", step: "final_report" }),
  );
});
