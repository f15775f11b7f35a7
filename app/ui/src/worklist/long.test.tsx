import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { CaseSummary } from "../backend/types";
import { judge } from "../test/axe";
import { reportedCase } from "../test/cases";
import { show } from "../test/node";
import { WorkList } from "./WorkList";

const MANY = 10_000;
const ALL: CaseSummary[] = Array.from({ length: MANY }, (_, index) => ({
  ...reportedCase,
  case_id: `c${index}`,
  patient_name: `患者 ${index}`,
}));

const unknown = () => new Response('{"code":"not_found","detail":""}', { status: 404 });

/** A node with 10,000 cases that answers by pages, as the real one does. */
function open(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    const url = new URL(path, "http://node");
    if (url.pathname === "/api/v1/me/notices") return Promise.resolve(unknown());
    if (url.pathname !== "/api/v1/cases") return Promise.resolve(new Response("[]"));
    asked.push(url.searchParams);
    const text = url.searchParams.get("text");
    const found = ALL.filter((one) => text === null || one.patient_name === text);
    const begin = Number(url.searchParams.get("offset") ?? 0);
    const page = found.slice(begin, begin + Number(url.searchParams.get("limit")));
    const headers = { "x-total-count": String(found.length) };
    return Promise.resolve(new Response(JSON.stringify(page), { headers }));
  });
  show(<WorkList />);
  return asked;
}

/** By its type: to look for roles in many rows takes seconds. */
function searchBox(): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (!found) throw new Error("there is no search box");
  return found;
}

const rows = () => document.querySelectorAll("tr[data-case]").length;
const row = (id: string) => document.querySelector(`tr[data-case="${id}"]`);
const at = () => document.activeElement?.closest("tr")?.getAttribute("data-case");
const offsets = (asked: URLSearchParams[]) => asked.map((one) => one.get("offset") ?? "0");

function scrollTo(top: number): void {
  document.querySelector(".case-rows")?.scrollTo({ top });
}

test("of ten thousand cases those on the screen are drawn and fetched, wherever one scrolls to", async () => {
  const asked = open();
  await screen.findByText("10000 件");
  await waitFor(() => expect(rows()).toBeGreaterThan(5));
  expect(rows()).toBeLessThan(40);
  scrollTo(500_000);
  const first = () => document.querySelector("tr[data-case]")?.getAttribute("data-case")?.slice(1);
  await waitFor(() => expect(Number(first())).toBeGreaterThan(3_000));
  expect(rows()).toBeLessThan(40);
  expect(row("c0")).toBeNull();
  // Nothing of what lies between was asked for.
  expect(new Set(offsets(asked)).size).toBeLessThanOrEqual(4);
  scrollTo(0);
  await waitFor(() => expect(row("c0")).toBeTruthy());
});

test("a screen reader is told how many rows there are and which one each is", async () => {
  open();
  await screen.findByText("10000 件");
  const table = document.querySelector("table.cases");
  expect(table?.getAttribute("aria-rowcount")).toBe(String(MANY + 1));
  expect(table?.querySelector("thead tr")?.getAttribute("aria-rowindex")).toBe("1");
  await waitFor(() => expect(row("c3")?.getAttribute("aria-rowindex")).toBe("5"));
  for (const space of document.querySelectorAll("tbody.space")) {
    expect(space.getAttribute("aria-hidden")).toBe("true");
  }
  await judge();
});

test("the node does the looking, among all cases and not those of the page", async () => {
  const asked = open();
  await screen.findByText("10000 件");
  await userEvent.type(searchBox(), "患者 9876");
  await screen.findByText("1 件");
  expect(row("c9876")).toBeTruthy();
  for (const filter of ["進行中", "緊急", "未読", "偶発所見 未解決", "今日が期限"]) {
    await userEvent.click(screen.getByRole("button", { name: filter }));
  }
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "立場" }), "requesting");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "検査の種別" }), "CT");
  const today = new Date(new Date().setHours(23, 59, 59, 0)).toISOString();
  await waitFor(() =>
    expect(Object.fromEntries(asked.at(-1) ?? [])).toEqual({
      limit: "100",
      text: "患者 9876",
      role: "requesting",
      modality: "CT",
      state: "open",
      urgent: "true",
      unread: "true",
      incidental: "true",
      due_until: today,
    }),
  );
});

test("one walks through the list by keys alone, and a letter in the search is a letter", async () => {
  open();
  await screen.findByText("10000 件");
  const search = searchBox();
  search.focus();
  await userEvent.keyboard("{ArrowDown}");
  await waitFor(() => expect(at()).toBe("c0"));
  await userEvent.keyboard("j{ArrowDown}k");
  await waitFor(() => expect(at()).toBe("c1"));
  await userEvent.keyboard("{End}");
  await waitFor(() => expect(at()).toBe(`c${MANY - 1}`));
  await userEvent.keyboard("k");
  await waitFor(() => expect(at()).toBe(`c${MANY - 2}`));
  await userEvent.keyboard("{Home}");
  await waitFor(() => expect(at()).toBe("c0"));
  await userEvent.keyboard("/");
  expect(document.activeElement).toBe(search);
  await userEvent.keyboard("jk");
  expect(search.value).toBe("jk");
  await screen.findByText("条件に合う症例はありません。");
});

test("the focus stays with its row when that is scrolled away", async () => {
  open();
  await screen.findByText("10000 件");
  searchBox().focus();
  await userEvent.keyboard("{ArrowDown}j");
  await waitFor(() => expect(at()).toBe("c1"));
  scrollTo(700_000);
  await waitFor(() => expect(row("c0")).toBeNull());
  expect(at()).toBe("c1");
  await userEvent.keyboard("j");
  await waitFor(() => expect(at()).toBe("c2"));
});
