import {
  useCallback,
  useMemo,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { useTranslation } from "react-i18next";
import type { Series, Study } from "../backend/types";
import { useFormat } from "../i18n/format";
import { imagesOf } from "../viewer/sequence";
import { NOTHING, type OpenPane, type PaneState } from "./engine/view";
import { CurvedPane } from "./curved/CurvedPane";
import type { Hung } from "./pure/hanging";
import { commandOf, type Command, type Tool } from "./pure/keys";
import { MprPane } from "./MprPane";
import { VolumePane } from "./rendered/VolumePane";
import { StackPane } from "./StackPane";

export interface PaneEvents {
  activate: (at: number) => void;
  command: (at: number, command: Command) => void;
  open: (at: number, pane: OpenPane | null) => void;
  state: (at: number, state: PaneState) => void;
}

/** One place of the layout: what hangs there, its slider, and the keys. `at` counts from 0; `on` must be stable. */
export function Pane({
  at,
  hung,
  study,
  series,
  dated,
  active,
  tool,
  on,
  layer,
}: {
  at: number;
  hung: Hung | null;
  study: Study;
  series: Series | null;
  /** Studies of several days hang beside each other: each says its own. */
  dated: boolean;
  active: boolean;
  tool: Tool;
  on: PaneEvents;
  /** What lies over the image. */
  layer: ReactNode;
}): ReactElement {
  const { t } = useTranslation("reader");
  const format = useFormat();
  const [state, setState] = useState<PaneState>(NOTHING);
  const images = useMemo(() => (series ? imagesOf(study, series) : []), [study, series]);
  const opened = useCallback((pane: OpenPane | null) => on.open(at, pane), [at, on]);
  const told = useCallback(
    (next: PaneState) => {
      setState(next);
      on.state(at, next);
    },
    [at, on],
  );
  const number = at + 1;
  const what = series ? `${series.modality} ${series.description}`.trim() : "";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Buttons and sliders that lie in a pane have these keys for themselves.
    if (event.target instanceof Element && event.target.matches("button, select, input")) return;
    const command = commandOf(event.key, hung?.mode, event.shiftKey);
    if (!command) return;
    event.preventDefault();
    on.command(at, command);
  };
  return (
    <div
      className="pane"
      data-pane={number}
      data-active={active}
      onPointerDownCapture={() => on.activate(at)}
      onFocusCapture={() => on.activate(at)}
    >
      <div
        className="pane-image"
        role="group"
        tabIndex={0}
        aria-label={hung ? t("pane", { number, what }) : t("paneEmpty", { number })}
        onKeyDown={onKeyDown}
        onContextMenu={(event) => event.preventDefault()}
      >
        {hung?.mode === "mpr" && images.length > 0 ? (
          <MprPane
            key={`${hung.series}-mpr`}
            id={`pane-${number}`}
            images={images}
            onOpen={opened}
            onState={told}
          />
        ) : hung?.mode === "curved" && images.length > 0 ? (
          <CurvedPane
            key={`${hung.series}-curved`}
            series={hung.series}
            images={images}
            tool={tool}
            onOpen={opened}
            onState={told}
          />
        ) : hung?.mode === "volume" && images.length > 0 ? (
          <VolumePane
            key={`${hung.series}-volume`}
            id={`pane-${number}`}
            images={images}
            tool={tool}
            onOpen={opened}
            onState={told}
          />
        ) : hung && images.length > 0 ? (
          <StackPane
            key={`${hung.series}-${hung.start ?? "middle"}`}
            id={`pane-${number}`}
            images={images}
            start={Math.min(hung.start ?? Math.floor(images.length / 2), images.length - 1)}
            onOpen={opened}
            onState={told}
          />
        ) : (
          <p className="pane-empty">{t("chooseSeries")}</p>
        )}
        {layer}
        {hung && hung.mode !== "curved" && (
          <p className="over over-name">
            <span>{what}</span>
            {dated && (
              <strong>{t("patient.study", { date: format.date(study.study_date) })}</strong>
            )}
          </p>
        )}
      </div>
      {hung?.mode === "stack" && state.total > 1 && (
        <input
          className="pane-slider"
          type="range"
          aria-label={t("slice")}
          min={1}
          max={state.total}
          value={state.index + 1}
          onChange={(event) => on.command(at, { do: "to", index: event.target.valueAsNumber - 1 })}
        />
      )}
    </div>
  );
}
