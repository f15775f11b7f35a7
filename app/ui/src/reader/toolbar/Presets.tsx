import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { PaneState } from "../engine/view";
import type { Command } from "../pure/keys";

/** The windows that are offered for what the pane shows. */
export function Presets({
  state,
  onCommand,
}: {
  /** Of the pane that is worked in. */
  state: PaneState;
  onCommand: (command: Command) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <label className="tool-choice">
      {t("preset.label")}
      <select
        value={state.preset}
        disabled={state.presets.length === 0}
        onChange={(event) =>
          onCommand({
            do: "preset",
            index: state.presets.findIndex((one) => one.name === event.target.value),
          })
        }
      >
        {state.presets.map((one, at) => (
          <option key={one.name} value={one.name}>
            {at + 1} {t(`preset.${one.name}`)}
          </option>
        ))}
        {state.preset === "own" && <option value="own">{t("preset.own")}</option>}
      </select>
    </label>
  );
}
