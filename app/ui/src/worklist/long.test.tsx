import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { CaseSummary } from "../backend/types";
import { judge } from "../test/axe";
import { reportedCase } from "../test/cases";
import { show } from "../test/node";
import { WorkList } from "./WorkList";

const ALL: CaseSummary[] = Array.from({ length: 10_000 }, (_, index) => ({
  ...reportedCase,
  case_id: `c${index}`,
  patient_name: `患者 ${index}`,
}));

/** A node with 10,000 cases that answers by pages, as the real one does. */
function open(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    const url = new URL(path, "http://node");
    if (url.pathname !== "/api/v1/cases") return Promise.resolve(new Response("[]"));
    asked.push(url.searchParams);
    const text = url.searchParams.get("text");
    const found = ALL.filter((one) => text === null || one.patient_name === text);
    const after = url.searchParams.get("after");
    const begin = after === null ? 0 : found.findIndex((one) => one.case_id === after) + 1;
    const page = found.slice(begin, begin + Number(url.searchParams.get("limit")));
    const headers = { "x-total-count": String(found.length) };
    return Promise.resolve(new Response(JSON.stringify(page), { headers }));
  });
  show(<WorkList />);
  return asked;
}

/** By its type: to look for roles in a hundred rows takes seconds. */
function searchBox(): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (!found) throw new Error("there is no search box");
  return found;
}

const rows = () => document.querySelectorAll("tr[data-case]").length;

test("of ten thousand cases a page is shown, and the next when it is wanted", async () => {
  open();
  await screen.findByText("10000 件中 100 件を表示");
  expect(rows()).toBe(100);
  await userEvent.click(screen.getByText("続きを表示"));
  await screen.findByText("10000 件中 200 件を表示");
  expect(document.querySelectorAll('[data-case="c100"]')).toHaveLength(1);
  expect(rows()).toBe(200);
});

test("the node does the looking, among all cases and not those of the page", async () => {
  const asked = open();
  await screen.findByText("10000 件中 100 件を表示");
  await userEvent.type(searchBox(), "患者 9876");
  await screen.findByText("1 件中 1 件を表示");
  expect(document.querySelector("tr[data-case]")?.getAttribute("data-case")).toBe("c9876");
  await userEvent.click(screen.getByText("進行中"));
  await userEvent.click(screen.getByRole("checkbox", { name: "未読のみ" }));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "立場" }), "requesting");
  await waitFor(() =>
    expect(Object.fromEntries(asked.at(-1) ?? [])).toEqual({
      limit: "100",
      text: "患者 9876",
      role: "requesting",
      state: "open",
      unread: "true",
    }),
  );
});

test("one walks through the list by keys alone, and a letter in the search is a letter", async () => {
  open();
  await screen.findByText("10000 件中 100 件を表示");
  const search = searchBox();
  const at = () => document.activeElement?.closest("tr")?.getAttribute("data-case");
  search.focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(at()).toBe("c0");
  await userEvent.keyboard("j{ArrowDown}k");
  expect(at()).toBe("c1");
  await userEvent.keyboard("/");
  expect(document.activeElement).toBe(search);
  await userEvent.keyboard("jk");
  expect(search.value).toBe("jk");
  await screen.findByText("条件に合う症例はありません。");
  await userEvent.clear(search);
  await userEvent.type(search, "患者 7");
  await screen.findByText("1 件中 1 件を表示");
  await judge();
});
