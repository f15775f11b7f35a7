import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PaneState } from "./engine/view";
import { LAYOUTS, MODES, type Layout, type Mode } from "./pure/hanging";
import { MODE_KEYS, TOOL_KEYS, toolsFor, type Command, type Tool } from "./pure/keys";
import { ICONS } from "./icons";
import { canShow, type NoMpr } from "./useVolume";

const ACTS = [
  ["invert", "I"],
  ["flipHorizontal", "H"],
  ["flipVertical", "V"],
  ["rotate", "R"],
  ["reset", "0"],
] as const;

type Act = (typeof ACTS)[number][0];

/** What is done in a pane that shows a series so. */
function actsIn(mode: Mode): readonly Act[] {
  if (mode === "curved") return ["invert", "reset"];
  return mode === "volume" ? ["rotate", "reset"] : ACTS.map(([act]) => act);
}

/** Everything that a key does too, for mouse and finger. */
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
  const key = (name: string, letter: string) => t("key", { name, key: letter.toUpperCase() });
  const modeName: Record<Mode, string> = {
    stack: t("mode.stack"),
    mpr: t("mode.mpr"),
    curved: t("mode", { ns: "curved" }),
    volume: t("rendered.mode"),
  };
  return (
    <div className="tools">
      <div className="tool-group" role="group" aria-label={t("tools")}>
        {toolsFor(mode).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === tool}
            title={key(t(`tool.${one}`), TOOL_KEYS[one])}
            onClick={() => onTool(one)}
          >
            <Icon path={ICONS[one]} />
            <span>{t(`tool.${one}`)}</span>
          </button>
        ))}
      </div>
      <div className="tool-group" role="group" aria-label={t("act.label")}>
        {ACTS.map(([act, letter]) => (
          <button
            key={act}
            type="button"
            title={key(t(`act.${act}`), letter)}
            disabled={!actsIn(mode).includes(act)}
            onClick={() => onCommand({ do: act })}
          >
            <Icon path={ICONS[act]} />
            <span>{t(`act.${act}`)}</span>
          </button>
        ))}
        <button
          type="button"
          aria-pressed={state.playing}
          disabled={state.total < 2 || mode === "curved" || mode === "volume"}
          title={key(t("act.cine"), "Space")}
          onClick={() => onCommand({ do: "cine" })}
        >
          <Icon path={state.playing ? ICONS.stop : ICONS.cine} />
          <span>{state.playing ? t("act.stop") : t("act.cine")}</span>
        </button>
        <button
          type="button"
          title={key(t("act.removeLast"), "Del")}
          aria-label={t("act.removeLast")}
          onClick={() => onCommand({ do: "removeLast" })}
        >
          <Icon path={ICONS.removeLast} />
        </button>
        <button
          type="button"
          title={t("act.removeAll")}
          aria-label={t("act.removeAll")}
          onClick={onRemoveAll}
        >
          <Icon path={ICONS.removeAll} />
        </button>
      </div>
      {report}
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
      <div className="tool-group" role="group" aria-label={t("mode.label")}>
        {MODES.map((one) => {
          const name = modeName[one];
          const shown = canShow(one, volume);
          return (
            <button
              key={one}
              type="button"
              aria-pressed={mode === one}
              disabled={!shown}
              title={volume && !shown ? t(`mode.${volume}`) : key(name, MODE_KEYS[one])}
              onClick={() => onMode(one)}
            >
              <Icon path={ICONS[one === "stack" ? "scroll" : one === "mpr" ? "crosshairs" : one]} />
              <span>{name}</span>
            </button>
          );
        })}
      </div>
      <div className="tool-group" role="group" aria-label={t("layout.label")}>
        {LAYOUTS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === layout}
            title={t(`layout.${one}`)}
            aria-label={t(`layout.${one}`)}
            onClick={() => onLayout(one)}
          >
            <Icon path={ICONS[one]} />
          </button>
        ))}
        {layout !== "1x1" && (
          <button
            type="button"
            aria-pressed={linked}
            title={t("linkedHelp")}
            onClick={() => onLinked(!linked)}
          >
            <Icon path={ICONS.linked} />
            <span>{t("linked")}</span>
          </button>
        )}
      </div>
    </div>
  );
}

function Icon({ path }: { path: string }): ReactElement {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
