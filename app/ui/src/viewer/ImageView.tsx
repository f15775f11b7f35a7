import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { rendered, type ImageAddress } from "../backend/dicomweb";
import { ProblemNote } from "../parts/ProblemNote";
import { keyTarget, presetsFor, step, type PresetName } from "./sequence";
import { useRendered } from "./useRendered";

/** The longest side asked for: enough for a full screen, bounded for the node. */
const MAX_SIZE = 1024;

/** One image at a time. To look at and to find one's way; it is no diagnostic display. */
export function ImageView({
  patient,
  modality,
  images,
}: {
  patient: string;
  modality: string;
  images: ImageAddress[];
}): ReactElement {
  const { t } = useTranslation();
  const total = images.length;
  // The middle of a volume shows anatomy; its first slice is mostly air.
  const [index, setIndex] = useState(Math.floor(total / 2));
  const [presetName, setPresetName] = useState<PresetName>("stored");
  const presets = presetsFor(modality);
  const preset = presets.find((one) => one.name === presetName);
  const window = preset?.window ?? null;
  const address = (at: number) => {
    const image = images[at];
    return image ? rendered(image, window, MAX_SIZE) : "";
  };
  const ahead = [index + 1, index - 1].map(address).filter(Boolean);
  const { ready, problem } = useRendered(address(index), ahead);

  const onKeyDown = (event: KeyboardEvent) => {
    const target = keyTarget(event.key, index, total);
    const chosen = presets[Number(event.key) - 1];
    if (target !== null) setIndex(target);
    else if (chosen) setPresetName(chosen.name);
    else return;
    event.preventDefault();
  };

  return (
    <div className="image-view">
      <div
        ref={useWheel((by) => setIndex((old) => step(old, by, total)))}
        className="stage"
        tabIndex={0}
        role="group"
        aria-label={t("viewer.title")}
        onKeyDown={onKeyDown}
      >
        {ready && (
          <img
            src={ready}
            data-current={ready === address(index)}
            alt={t("viewer.alt", { patient, modality, index: index + 1 })}
            draggable={false}
          />
        )}
        {problem && <ProblemNote error={problem} />}
        <p className="overlay">
          {t("viewer.position", { index: index + 1, total })}
          {window && <span>{t("viewer.windowValues", { ...window })}</span>}
        </p>
      </div>
      <div className="image-controls">
        <label>
          {t("viewer.slice")}
          <input
            type="range"
            min={1}
            max={Math.max(total, 1)}
            value={index + 1}
            disabled={total < 2}
            onChange={(event) => setIndex(event.target.valueAsNumber - 1)}
          />
        </label>
        <div className="toggle" role="group" aria-label={t("viewer.window")}>
          {presets.map((one) => (
            <button
              key={one.name}
              type="button"
              aria-pressed={one.name === presetName}
              onClick={() => setPresetName(one.name)}
            >
              {t(`viewer.preset.${one.name}`)}
            </button>
          ))}
        </div>
        <span className="quiet">{t("viewer.help")}</span>
      </div>
    </div>
  );
}

/** Wheel steps; React's own wheel listeners are passive and could not keep the page from scrolling. */
function useWheel(onStep: (by: number) => void) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef(onStep);
  useEffect(() => {
    latest.current = onStep;
  });
  useEffect(() => {
    const stage = element.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.deltaY !== 0) latest.current(Math.sign(event.deltaY));
    };
    stage?.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      stage?.removeEventListener("wheel", onWheel);
    };
  }, []);
  return element;
}
