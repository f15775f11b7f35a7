import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { PaneState } from "./engine/view";
import { calibrationOf, valueUnit } from "./pure/calibration";
import type { ImageFacts } from "./pure/dicom";
import type { Edges } from "./pure/marks";
import { needsRendering } from "./pure/pixels";

/** Anatomical directions at the edges: R, L, A, P, H, F are the same in every language. */
export function EdgeLetters({ edges }: { edges: Edges }): ReactElement {
  return (
    <>
      {(["left", "right", "top", "bottom"] as const).map((edge) => (
        <span key={edge} className={`edge edge-${edge}`}>
          {edges[edge]}
        </span>
      ))}
    </>
  );
}

/** Slice, window and zoom, and what distances and values mean here. */
export function Notes({ facts, state }: { facts: ImageFacts; state: PaneState }): ReactElement {
  const { t } = useTranslation("reader");
  const { window } = state;
  return (
    <>
      <p className="over over-left">
        <span data-position>{t("position", { index: state.index + 1, total: state.total })}</span>
        {window && (
          <span>
            {t("windowValues", {
              center: Math.round(window.center),
              width: Math.round(window.width),
            })}
          </span>
        )}
        <span>{t("zoom", { percent: Math.round(state.zoom * 100) })}</span>
      </p>
      <Meaning facts={facts} />
    </>
  );
}

/** What distances and values mean in this image. */
export function Meaning({ facts }: { facts: ImageFacts }): ReactElement {
  const { t } = useTranslation("reader");
  const { kind } = calibrationOf(facts);
  return (
    <p className="over over-right" data-calibration={kind}>
      <span>{t(`calibration.${kind}`)}</span>
      <span>{t(`values.${valueUnit(facts)}`)}</span>
    </p>
  );
}

/** What must not be overlooked: the side, a mirrored image, loss, and what is no diagnostic rendering. */
export function Warnings({
  facts,
  flipped,
}: {
  facts: ImageFacts;
  flipped: boolean;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <p className="over over-top">
      {facts.laterality && <strong>{t(`side.${facts.laterality}`)}</strong>}
      {facts.tableOnly && <strong className="caution">{t("tableOnly")}</strong>}
      {flipped && <strong className="caution">{t("flipped")}</strong>}
      {needsRendering(facts) ? (
        <strong className="caution">{t("preview")}</strong>
      ) : (
        facts.lossy && <strong className="caution">{t("lossy")}</strong>
      )}
    </p>
  );
}
