import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PaneState } from "../engine/view";
import { ICONS } from "../icons";
import type { Layout, Mode } from "../pure/hanging";
import { MEASURING, TOOL_KEYS, toolsFor, type Command, type Tool } from "../pure/keys";
import type { NoMpr } from "../useVolume";
import { ImageMenu } from "./ImageMenu";
import { LayoutMenu } from "./LayoutMenu";
import { MeasureMenu } from "./MeasureMenu";
import { Modes } from "./Modes";
import { Presets } from "./Presets";
import { ToolButton } from "./ToolButton";
import { useOneRow } from "./useOneRow";
import "./toolbar.css";

/**
 * Everything that a key does too, for mouse and finger. What is used all the time lies open, the rest in menus by what it is
 * for; where room is short, names are left out before anything else is.
 */
export function Toolbar({
  tool,
  onTool,
  layout,
  onLayout,
  state,
  mode,
  volume,
  linked,
  onLinked,
  onMode,
  onCommand,
  onRemoveAll,
  report,
}: {
  tool: Tool;
  onTool: (tool: Tool) => void;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  /** Of the pane that is worked in. */
  state: PaneState;
  /** How the series of that pane is shown. */
  mode: Mode;
  /** Why it cannot be cut anew; null when it can, undefined while that is not known. */
  volume: NoMpr | null | undefined;
  /** Whether the other panes follow the one that is worked in. */
  linked: boolean;
  onLinked: (linked: boolean) => void;
  onMode: (mode: Mode) => void;
  onCommand: (command: Command) => void;
  onRemoveAll: () => void;
  /** What is taken into the report of a case. */
  report?: ReactNode;
}): ReactElement {
  const { t } = useTranslation("reader");
  const bar = useOneRow();
  const open = toolsFor(mode).filter((one) => !MEASURING.includes(one));
  return (
    <div className="tools" ref={bar}>
      <div className="tool-group" role="group" aria-label={t("tools")}>
        {open.map((one) => (
          <ToolButton
            key={one}
            icon={ICONS[one]}
            name={t(`tool.${one}`)}
            letter={TOOL_KEYS[one]}
            pressed={one === tool}
            onPress={() => onTool(one)}
          />
        ))}
        <MeasureMenu
          tool={tool}
          mode={mode}
          onTool={onTool}
          onRemoveLast={() => onCommand({ do: "removeLast" })}
          onRemoveAll={onRemoveAll}
        />
      </div>
      <div className="tool-group" role="group" aria-label={t("act.label")}>
        <ImageMenu state={state} mode={mode} onCommand={onCommand} />
        <ToolButton
          icon={ICONS.reset}
          name={t("act.reset")}
          letter="0"
          onPress={() => onCommand({ do: "reset" })}
        />
      </div>
      <Presets state={state} onCommand={onCommand} />
      <Modes mode={mode} volume={volume} onMode={onMode} />
      <div className="tool-group">
        <LayoutMenu layout={layout} onLayout={onLayout} linked={linked} onLinked={onLinked} />
      </div>
      {report}
    </div>
  );
}
