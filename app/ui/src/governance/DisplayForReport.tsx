import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { DisplayNote, useDisplayLine } from "./DisplayNote";

/** Beside the technique of a report: how the display stands, and a line about it to be signed with the report. */
export function DisplayForReport({
  modalities,
  text,
  onText,
}: {
  modalities: readonly string[];
  text: string;
  onText: (text: string) => void;
}): ReactElement | null {
  const { t } = useTranslation("governance");
  const line = useDisplayLine(modalities);
  if (line === null) return null;
  return (
    <>
      <DisplayNote modalities={modalities} />
      {!text.includes(line) && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => onText(text.trim() === "" ? line : `${text.trimEnd()}\n${line}`)}
        >
          {t("displayLine.add")}
        </button>
      )}
    </>
  );
}
