import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { judge } from "../../test/axe";
import { NOTHING } from "../engine/view";
import type { Mode } from "../pure/hanging";
import { TOOLS, type Command, type Tool } from "../pure/keys";
import { Toolbar } from "./Toolbar";

beforeEach(() => {
  // Nothing has a size here, so that nothing is left out.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = () => undefined;
      disconnect = () => undefined;
    },
  );
});

function shown(mode: Mode = "mpr", tool: Tool = "window") {
  const told = {
    onTool: vi.fn<(tool: Tool) => void>(),
    onCommand: vi.fn<(command: Command) => void>(),
    onRemoveAll: vi.fn(),
    onMode: vi.fn(),
    onLayout: vi.fn(),
    onLinked: vi.fn(),
  };
  render(
    <main>
      <Toolbar
        tool={tool}
        layout="1x2"
        state={{ ...NOTHING, total: 9 }}
        mode={mode}
        volume={null}
        linked={false}
        {...told}
      />
    </main>,
  );
  return told;
}

const button = (name: string) => screen.getByRole("button", { name });

test("every tool is reached, in the bar or in the menu for measuring", async () => {
  const { onTool } = shown();
  const taken = async (name: string) => {
    if (!screen.queryByRole("button", { name })) await userEvent.click(button("計測"));
    await userEvent.click(button(name));
  };
  for (const name of [
    "濃度",
    "移動",
    "拡大",
    "断面",
    "拡大鏡",
    "十字線",
    "長さ",
    "角度",
    "楕円ROI",
    "矩形ROI",
    "値",
  ])
    await taken(name);
  expect(new Set(onTool.mock.calls.map(([tool]) => tool))).toEqual(
    new Set(TOOLS.filter((tool) => tool !== "turn")),
  );
});

test("a menu is walked by keys: opened, through, chosen, and left to where it came from", async () => {
  const { onCommand } = shown();
  const menu = button("画像");
  menu.focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(menu.getAttribute("aria-expanded")).toBe("true");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(document.activeElement).toBe(button("左右反転"));
  await userEvent.keyboard("{ArrowUp}{ArrowUp}");
  expect(document.activeElement).toBe(button("連続再生"));
  await judge();
  await userEvent.keyboard("{Enter}");
  expect(onCommand).toHaveBeenCalledWith({ do: "cine" });
  expect(menu.getAttribute("aria-expanded")).toBe("false");
  expect(document.activeElement).toBe(menu);
  await userEvent.keyboard("{Enter}{Escape}");
  expect(menu.getAttribute("aria-expanded")).toBe("false");
});

test("pressing elsewhere closes a menu", async () => {
  shown();
  await userEvent.click(button("画像"));
  await userEvent.click(button("移動"));
  expect(button("画像").getAttribute("aria-expanded")).toBe("false");
});

test("the menu tells which of its tools is in hand", () => {
  shown("mpr", "angle");
  expect(button("計測 角度").textContent).toContain("角度");
});

test("what is measured is taken away, the last or all of it, and panes are chosen", async () => {
  const told = shown();
  await userEvent.click(button("計測"));
  await userEvent.click(button("最後の計測を消す"));
  expect(told.onCommand).toHaveBeenCalledWith({ do: "removeLast" });
  await userEvent.click(button("計測"));
  await userEvent.click(button("計測をすべて消す"));
  expect(told.onRemoveAll).toHaveBeenCalled();
  await userEvent.click(button("画面分割 2面"));
  await userEvent.click(
    within(screen.getByRole("group", { name: "画面分割" })).getByRole("button", { name: "4面" }),
  );
  expect(told.onLayout).toHaveBeenCalledWith("2x2");
  await userEvent.click(button("連動"));
  expect(told.onLinked).toHaveBeenCalledWith(true);
});

test("nothing is measured in a body, and what is measured can be taken away still", async () => {
  shown("volume", "turn");
  await userEvent.click(button("計測"));
  expect(screen.queryByRole("button", { name: "長さ" })).toBeNull();
  expect(button("計測をすべて消す")).toBeTruthy();
  await userEvent.click(button("画像"));
  expect((button("白黒反転") as HTMLButtonElement).disabled).toBe(true);
  expect((button("90°回転") as HTMLButtonElement).disabled).toBe(false);
});
