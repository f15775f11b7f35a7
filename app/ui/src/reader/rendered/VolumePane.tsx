import { useEffect, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ImageAddress } from "../../backend/dicomweb";
import { ProblemNote } from "../../parts/ProblemNote";
import { NOT_RENDERED, openRendered, type OpenRendered } from "../engine/rendered";
import { imageIdOf } from "../engine/source";
import type { OpenPane, PaneState } from "../engine/view";
import { EdgeLetters } from "../Overlay";
import type { Tool } from "../pure/keys";
import { MOST_SHIFT, RENDERINGS, type Rendering } from "../pure/rendering";
import { useTurning } from "./useTurning";

/** One volume as a body, to be turned. For an overview: nothing is measured in it. */
export function VolumePane({
  id,
  images,
  tool,
  onOpen,
  onState,
}: {
  id: string;
  images: readonly ImageAddress[];
  tool: Tool;
  onOpen: (pane: OpenPane | null) => void;
  onState: (state: PaneState) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const [state, setState] = useState(NOT_RENDERED);
  const open = useRef<OpenRendered>(null);
  const drawing = useRef<HTMLDivElement>(null);
  const turning = useTurning(tool, open);

  useEffect(() => {
    if (!drawing.current) return;
    const pane = openRendered(drawing.current, id, images.map(imageIdOf), (next) => {
      setState(next);
      onState(next);
    });
    open.current = pane;
    onOpen(pane);
    return () => {
      open.current = null;
      onOpen(null);
      pane.close();
    };
  }, [id, images, onOpen, onState]);

  if (state.refused)
    return (
      <p className="pane-empty" role="alert">
        {t(`rendered.refused.${state.refused}`)}
      </p>
    );
  return (
    <div className="rendered" data-still={state.still} data-rendering={state.rendering}>
      <div className="rendered-body" {...turning}>
        <div className="drawing" ref={drawing} />
        <EdgeLetters edges={state.edges} />
        <p className="over over-top">
          <strong className="caution">{t("rendered.noMeasuring")}</strong>
        </p>
        {state.loaded < state.total && (
          <p className="arriving" role="status">
            {t("loading", { done: state.loaded, total: state.total })} {t("rendered.waits")}
          </p>
        )}
      </div>
      <div className="slab" role="group" aria-label={t("rendered.label")}>
        <label>
          {t("rendered.label")}
          <select
            value={state.rendering}
            onChange={(event) => open.current?.choose(event.target.value as Rendering)}
          >
            {RENDERINGS.map((one, at) => (
              <option key={one} value={one}>
                {at + 1} {t(`rendered.as.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("rendered.shift")}
          <input
            type="range"
            min={-MOST_SHIFT}
            max={MOST_SHIFT}
            step={25}
            value={state.shift}
            onChange={(event) => open.current?.shift(event.target.valueAsNumber)}
          />
        </label>
        <button
          type="button"
          className="button button-quiet"
          onClick={() => open.current?.run({ do: "reset" })}
        >
          {t("act.reset")}
        </button>
        <p className="quiet">{t("rendered.help")}</p>
        {state.coarse && (
          <p className="coarse" role="status">
            {t("rendered.coarse")}
          </p>
        )}
      </div>
      {state.problem instanceof Error && (
        <div className="pane-problem">
          <ProblemNote error={state.problem} />
        </div>
      )}
    </div>
  );
}
