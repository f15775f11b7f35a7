import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { PaneState } from "../engine/view";
import { ICONS } from "../icons";
import type { Mode } from "../pure/hanging";
import type { Command } from "../pure/keys";
import { ToolButton } from "./ToolButton";
import { ToolMenu } from "./ToolMenu";

const ACTS = [
  ["invert", "I"],
  ["flipHorizontal", "H"],
  ["flipVertical", "V"],
  ["rotate", "R"],
] as const;

type Act = (typeof ACTS)[number][0];

/** What is done in a pane that shows a series so. */
function actsIn(mode: Mode): readonly Act[] {
  if (mode === "curved") return ["invert"];
  return mode === "volume" ? ["rotate"] : ACTS.map(([act]) => act);
}

/** How the picture lies and looks, and playing through it. */
export function ImageMenu({
  state,
  mode,
  onCommand,
}: {
  /** Of the pane that is worked in. */
  state: PaneState;
  mode: Mode;
  onCommand: (command: Command) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <ToolMenu label={t("menu.image")} icon={ICONS.invert} name={t("menu.image")}>
      {ACTS.map(([act, letter]) => (
        <ToolButton
          key={act}
          icon={ICONS[act]}
          name={t(`act.${act}`)}
          letter={letter}
          disabled={!actsIn(mode).includes(act)}
          onPress={() => onCommand({ do: act })}
        />
      ))}
      <hr />
      <ToolButton
        icon={state.playing ? ICONS.stop : ICONS.cine}
        name={state.playing ? t("act.stop") : t("act.cine")}
        letter="Space"
        pressed={state.playing}
        disabled={state.total < 2 || mode === "curved" || mode === "volume"}
        onPress={() => onCommand({ do: "cine" })}
      />
    </ToolMenu>
  );
}
