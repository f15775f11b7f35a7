import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ICONS } from "../icons";
import { MODES, type Mode } from "../pure/hanging";
import { MODE_KEYS } from "../pure/keys";
import { canShow, type NoMpr } from "../useVolume";
import { ToolButton } from "./ToolButton";

/** How the series is shown; what a series cannot be shown as says why. */
export function Modes({
  mode,
  volume,
  onMode,
}: {
  mode: Mode;
  /** Why it cannot be cut anew; null when it can, undefined while that is not known. */
  volume: NoMpr | null | undefined;
  onMode: (mode: Mode) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const names: Record<Mode, string> = {
    stack: t("mode.stack"),
    mpr: t("mode.mpr"),
    curved: t("mode", { ns: "curved" }),
    volume: t("rendered.mode"),
  };
  return (
    <div className="tool-group tool-modes" role="group" aria-label={t("mode.label")}>
      {MODES.map((one) => {
        const shown = canShow(one, volume);
        return (
          <ToolButton
            key={one}
            icon={ICONS[one === "stack" ? "scroll" : one === "mpr" ? "crosshairs" : one]}
            name={names[one]}
            letter={MODE_KEYS[one]}
            {...(volume && !shown ? { help: t(`mode.${volume}`) } : {})}
            pressed={mode === one}
            disabled={!shown}
            onPress={() => onMode(one)}
          />
        );
      })}
    </div>
  );
}
