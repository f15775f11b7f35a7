import { useCallback, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ImageAddress } from "../backend/dicomweb";
import { ProblemNote } from "../parts/ProblemNote";
import { imageIdOf } from "./engine/source";
import { openStack } from "./engine/stack";
import { NOTHING, type OpenPane, type PaneState } from "./engine/view";
import { EdgeLetters, Notes, Warnings } from "./Overlay";
import { usePane } from "./usePane";

/** A series as a stack, one image at a time. */
export function StackPane({
  id,
  images,
  start,
  onOpen,
  onState,
}: {
  id: string;
  images: ImageAddress[];
  start: number;
  onOpen: (pane: OpenPane | null) => void;
  onState: (state: PaneState) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const [state, setState] = useState(NOTHING);
  const open = useCallback(
    (element: HTMLDivElement) =>
      openStack(element, id, images.map(imageIdOf), start, (next) => {
        setState(next);
        onState(next);
      }),
    [id, images, start, onState],
  );
  const element = usePane(open, onOpen);
  return (
    <>
      <div
        className="drawing"
        ref={element}
        data-drawn={state.facts !== null}
        data-scale={state.zoom}
      />
      {state.facts && <EdgeLetters edges={state.edges} />}
      {state.facts && <Notes facts={state.facts} state={state} />}
      {state.facts && <Warnings facts={state.facts} flipped={state.flipped} />}
      {state.loaded < state.total && state.total > 1 && (
        <p className="arriving" role="status">
          {t("loading", { done: state.loaded, total: state.total })}
        </p>
      )}
      {state.problem !== null && (
        <div className="pane-problem">
          {state.problem instanceof Error ? (
            <ProblemNote error={state.problem} />
          ) : (
            <p role="alert">{t("failed")}</p>
          )}
        </div>
      )}
    </>
  );
}
