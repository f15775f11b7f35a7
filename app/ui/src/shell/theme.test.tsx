import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { judge } from "../test/axe";
import { ThemeSwitch } from "./ThemeSwitch";
import { themeChoice, useTheme } from "./theme";

/** A system that is set to dark or light, and is set otherwise later. */
function system(dark: boolean): (dark: boolean) => void {
  const listeners = new Set<() => void>();
  const media = {
    matches: dark,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  vi.stubGlobal("matchMedia", () => media);
  return (now) => {
    media.matches = now;
    for (const listener of listeners) listener();
  };
}

function Shown() {
  return <p data-testid="shown">{useTheme()}</p>;
}

afterEach(() => localStorage.removeItem("dokuei.theme"));

test("the theme follows the system until one is chosen, and the choice is kept", async () => {
  const set = system(true);
  render(
    <main>
      <Shown />
      <ThemeSwitch />
    </main>,
  );
  const shown = screen.getByTestId("shown");
  expect(shown.textContent).toBe("dark");
  act(() => set(false));
  expect(shown.textContent).toBe("light");
  await userEvent.selectOptions(screen.getByLabelText("画面の明るさ"), "dark");
  expect(shown.textContent).toBe("dark");
  act(() => set(true));
  act(() => set(false));
  expect(shown.textContent).toBe("dark");
  expect(themeChoice()).toBe("dark");
  await judge();
});

test("a value that nobody chose counts as none", () => {
  localStorage.setItem("dokuei.theme", "pink");
  expect(themeChoice()).toBe("auto");
});
