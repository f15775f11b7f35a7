import { useEffect, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ImageAddress } from "../backend/dicomweb";
import { ProblemNote } from "../parts/ProblemNote";
import { openMpr, type OpenMpr } from "./engine/mpr";
import { NO_PLANES, PLANES, type Plane } from "./engine/planes";
import type { Blend } from "./engine/slab";
import { imageIdOf } from "./engine/source";
import type { OpenPane, PaneState } from "./engine/view";
import { EdgeLetters, Meaning, Warnings } from "./Overlay";

/** Thicknesses in mm that are offered; zero is one slice. */
const THICKNESSES = [0, 1, 2, 5, 10, 20];

/** One volume in three directions, with crosshairs and slabs. */
export function MprPane({
  id,
  images,
  onOpen,
  onState,
}: {
  id: string;
  images: ImageAddress[];
  onOpen: (pane: OpenPane | null) => void;
  onState: (state: PaneState) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const [state, setState] = useState(NO_PLANES);
  const [slab, setSlab] = useState({ thickness: 0, blend: "max" as Blend });
  const elements = useRef<Partial<Record<Plane, HTMLDivElement>>>({});
  const open = useRef<OpenMpr>(null);

  useEffect(() => {
    const { axial, coronal, sagittal } = elements.current;
    if (!axial || !coronal || !sagittal) return;
    const ids = images.map(imageIdOf);
    const pane = openMpr({ axial, coronal, sagittal }, id, ids, (next) => {
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

  const cut = (next: typeof slab) => {
    setSlab(next);
    open.current?.slab(next.thickness, next.blend);
  };
  const arriving = state.loaded < state.total;
  return (
    <div className="mpr" data-arrived={!arriving}>
      {PLANES.map((plane) => (
        <div
          key={plane}
          className={`plane plane-${plane}`}
          onPointerEnter={() => open.current?.choose(plane)}
          onPointerDownCapture={() => open.current?.choose(plane)}
        >
          <div
            className="drawing"
            data-plane={plane}
            data-drawn={state.facts !== null}
            ref={(element) => {
              if (element) elements.current[plane] = element;
            }}
          />
          <p className="over over-left">
            <span className={`plane-name plane-name-${plane}`}>{t(`plane.${plane}`)}</span>
            <span>
              {t("position", {
                index: state.planes[plane].index + 1,
                total: state.planes[plane].total,
              })}
            </span>
          </p>
          <EdgeLetters edges={state.planes[plane].edges} />
        </div>
      ))}
      <div className="slab" role="group" aria-label={t("slab.label")}>
        <label>
          {t("slab.label")}
          <select
            value={slab.thickness}
            onChange={(event) => cut({ ...slab, thickness: Number(event.target.value) })}
          >
            {THICKNESSES.map((mm) => (
              <option key={mm} value={mm}>
                {mm === 0 ? t("slab.thin") : t("slab.thickness", { mm })}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("slab.blend")}
          <select
            value={slab.blend}
            disabled={slab.thickness === 0}
            onChange={(event) => cut({ ...slab, blend: event.target.value as Blend })}
          >
            <option value="max">{t("slab.max")}</option>
            <option value="mean">{t("slab.mean")}</option>
          </select>
        </label>
        {arriving && (
          <p className="coarse" role="status">
            {t("loading", { done: state.loaded, total: state.total })} {t("coarse")}
          </p>
        )}
      </div>
      {state.facts && <Meaning facts={state.facts} />}
      {state.facts && <Warnings facts={state.facts} flipped={false} />}
      {state.problem instanceof Error && (
        <div className="pane-problem">
          <ProblemNote error={state.problem} />
        </div>
      )}
    </div>
  );
}
