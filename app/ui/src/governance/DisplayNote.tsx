import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useGovernance, useRecords, type Display } from "../backend/governance";
import { href } from "../route";
import { stateOf, useChosenDisplay, type DisplayState } from "./chosen";
import { inUse } from "./displays";

/** The display that is read at, and how it stands for these modalities. */
export function useDisplay(modalities: readonly string[]): {
  display: Display | null;
  state: DisplayState | null;
} {
  const house = useGovernance().data;
  const records = useRecords().data;
  const chosen = useChosenDisplay();
  if (!house || !records) return { display: null, state: null };
  const displays = inUse(records);
  return {
    display: displays.find((one) => one.name === chosen) ?? null,
    state: stateOf(displays, chosen, house.due, modalities),
  };
}

/** Warns when images are read at a display that is not known, not looked at today, overdue, or not enough. It never stops
 * anybody: a report may have to be written all the same, and then says at what. */
export function DisplayNote({
  modalities,
}: {
  modalities: readonly string[];
}): ReactElement | null {
  const { t } = useTranslation("governance");
  const { display, state } = useDisplay(modalities);
  // A house that has registered none is told so on the page on operation, not at every image.
  if (state === null || state === "good" || state === "none") return null;
  return (
    <p className="note" role="status" data-display={state}>
      {t(`displayNote.${state}`, { name: display?.name ?? "" })}{" "}
      <a href={href({ page: "display" })}>{t("displayNote.check")}</a>
    </p>
  );
}

/** A line for the report on the display at which it was read; null when none is registered. */
export function useDisplayLine(modalities: readonly string[]): string | null {
  const { t } = useTranslation("governance");
  const { display, state } = useDisplay(modalities);
  if (state === null || state === "none") return null;
  if (!display) return t("displayLine.unknown");
  const { name, model, grade, width, height } = display;
  return t(`displayLine.${state === "good" ? "good" : "override"}`, {
    name,
    model,
    grade,
    size: `${String(width)}×${String(height)}`,
  });
}
