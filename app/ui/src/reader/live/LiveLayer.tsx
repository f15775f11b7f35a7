import { useState, type PointerEvent, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Look, Place, Stroke } from "../../backend/liveTypes";
import type { LivePane } from "../engine/live";
import { colourOf, others } from "../pure/live/follow";
import { imageKey, type Seen } from "../pure/live/look";
import { isWithin } from "../pure/live/plane";
import { linesOver } from "../pure/live/strokes";
import type { Desk } from "./desk";
import { useDeskState } from "./useDesk";
import { useNames } from "./useNames";

/** Others' pointers and everybody's lines over a pane: only where it shows what they were drawn over. */
export function LiveLayer({
  desk,
  caseId,
  pane,
  worked,
}: {
  desk: Desk;
  caseId: string;
  pane: () => LivePane | undefined;
  /** Whether this is the pane that is worked in. */
  worked: boolean;
}): ReactElement | null {
  const { t } = useTranslation("live");
  const nameOf = useNames(caseId);
  const { phase, state, lines, drawing } = useDeskState(desk);
  const [pressed, setPressed] = useState(false);
  const shown = pane();
  if (phase !== "in" || !shown) return null;
  const seen = shown.seen();
  const draw = (event: PointerEvent, act: (at: Place) => void) => {
    const at = shown.placeAt(event.clientX, event.clientY);
    if (worked && at && isWithin(at)) act(at);
  };
  return (
    <svg
      className="live-layer"
      data-drawing={drawing}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setPressed(true);
        draw(event, desk.begin);
      }}
      onPointerMove={(event) => {
        if (pressed) draw(event, desk.on);
      }}
      onPointerUp={() => setPressed(false)}
      onPointerCancel={() => setPressed(false)}
    >
      {others(state).map((one) =>
        one.look ? (
          <Over
            key={one.practitioner}
            pane={shown}
            look={one.look}
            strokes={one.look.strokes}
            cursor={one.look.cursor}
            colour={colourOf(state, one.practitioner)}
            name={nameOf(one)}
          />
        ) : null,
      )}
      {seen && (
        <Over
          pane={shown}
          look={seen}
          strokes={linesOver(lines, imageKey(seen))}
          cursor={null}
          colour={colourOf(state, state?.participants.find((one) => one.mine)?.practitioner ?? "")}
          name={t("me")}
        />
      )}
    </svg>
  );
}

/** What one person does over an image. */
function Over({
  pane,
  look,
  strokes,
  cursor,
  colour,
  name,
}: {
  pane: LivePane;
  look: Seen | Look;
  strokes: readonly Stroke[];
  cursor: Place | null;
  colour: number;
  name: string;
}): ReactElement | null {
  const frame = pane.frame(look);
  if (!frame || (strokes.length === 0 && !cursor)) return null;
  const { left, top, width, height } = frame;
  const at = (place: Place) => pane.inFrame(look, place);
  const tip = cursor && at(cursor);
  return (
    <svg x={left} y={top} width={width} height={height} className={`live-colour-${colour}`}>
      {strokes.map(({ points }, number) => (
        <polyline
          key={number}
          className="live-line"
          data-live-line={name}
          points={points
            .map((place) =>
              at(place)
                .map((px) => px.toFixed(1))
                .join(","),
            )
            .join(" ")}
        />
      ))}
      {tip && (
        <g
          transform={`translate(${tip[0].toFixed(1)} ${tip[1].toFixed(1)})`}
          data-live-cursor={name}
        >
          <path
            className="live-pointer"
            d="M0 0l0 17l4.500-3.500l3 6.500l3-1.500l-3-6.200l5.500-.500z"
          />
          <text className="live-name" x="12" y="30">
            {name}
          </text>
        </g>
      )}
    </svg>
  );
}
