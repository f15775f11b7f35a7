import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { heightOf } from "../pure/curved/grid";
import { withArch, type Plan } from "../pure/curved/plan";
import { Choice } from "./Choice";
import { pointAt, type Drawing, type Scene } from "./scene";
import { changePlan } from "./usePlan";

const THICKNESSES = [0, 5, 10, 15, 20, 30];
const COUNTS = [1, 3, 5, 7];
const DISTANCES = [0.5, 1, 2, 3, 5];
const WIDTHS = [15, 20, 30, 40];

/** The arch, the slab, the height and the sections. */
export function ArchPanel({
  scene,
  projected,
  onProjected,
  onDrawing,
  onFind,
}: {
  scene: Scene;
  projected: boolean;
  onProjected: (projected: boolean) => void;
  onDrawing: (drawing: Drawing) => void;
  onFind: () => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { series, plan, path, heights, marker, stack, drawing } = scene;
  const change = (part: Partial<Plan>) => changePlan(series, () => part);
  const mm = (value: number) => t("mm", { mm: value });
  const { slab, sections } = plan;
  return (
    <>
      <div className="panel-row" role="group" aria-label={t("arch.label")}>
        <strong>{t("arch.label")}</strong>
        <button type="button" onClick={onFind}>
          {t("arch.find")}
        </button>
        <button
          type="button"
          aria-pressed={drawing === "arch"}
          onClick={() => onDrawing(drawing === "arch" ? "nothing" : "arch")}
        >
          {t("arch.draw")}
        </button>
        <button
          type="button"
          disabled={plan.control.length === 0}
          onClick={() => changePlan(series, (old) => withArch(old, [], "drawn"))}
        >
          {t("arch.clear")}
        </button>
        <label>
          <input
            type="checkbox"
            checked={projected}
            onChange={(event) => onProjected(event.target.checked)}
          />
          {t("projected")}
        </label>
        <p role="status">{t(`arch.${stateOf(plan)}`)}</p>
        {plan.lines.some((line) => line.view !== "axial") && (
          <p className="quiet">{t("arch.note")}</p>
        )}
      </div>
      <div className="panel-row">
        <Choice
          label={t("slab")}
          value={slab.thickness}
          values={THICKNESSES}
          words={(value) => (value === 0 ? t("thin") : mm(value))}
          onChange={(thickness) => change({ slab: { ...slab, thickness } })}
        />
        <label>
          {t("blend.label")}
          <select
            value={slab.blend}
            disabled={slab.thickness === 0}
            onChange={(event) =>
              change({ slab: { ...slab, blend: event.target.value === "max" ? "max" : "mean" } })
            }
          >
            <option value="mean">{t("blend.mean")}</option>
            <option value="max">{t("blend.max")}</option>
          </select>
        </label>
        {(["low", "high"] as const).map((end) => (
          <label key={end}>
            {t(end)}
            <input
              type="range"
              min={0}
              max={heightOf(stack.grid)}
              step={0.5}
              value={heights[end]}
              onChange={(event) =>
                change({ heights: heightsWith(heights, end, event.target.valueAsNumber) })
              }
            />
            <output>{mm(Math.round(heights[end] * 10) / 10)}</output>
          </label>
        ))}
        <Choice
          label={`${t("sections.label")} ${t("sections.count")}`}
          value={sections.count}
          values={COUNTS}
          words={String}
          onChange={(count) => change({ sections: { ...sections, count } })}
        />
        <Choice
          label={t("sections.distance")}
          value={sections.distance}
          values={DISTANCES}
          words={mm}
          onChange={(distance) => change({ sections: { ...sections, distance } })}
        />
        <Choice
          label={t("sections.width")}
          value={sections.width}
          values={WIDTHS}
          words={mm}
          onChange={(width) => change({ sections: { ...sections, width } })}
        />
        {path && (
          <label>
            {t("position")}
            <input
              type="range"
              min={0}
              max={path.length}
              step={0.5}
              value={marker.along}
              onChange={(event) => pointAt(scene, { along: event.target.valueAsNumber })}
            />
            <output>{mm(Math.round(marker.along * 10) / 10)}</output>
          </label>
        )}
      </div>
    </>
  );
}

/** What is to be said of the arch. */
function stateOf({ came, control }: Plan): "looking" | "found" | "none" | "few" | "drawn" {
  if (came === null) return "looking";
  if (came === "drawn") return control.length < 2 ? "few" : "drawn";
  return came;
}

/** The ends stay a few mm apart. */
function heightsWith(old: Scene["heights"], end: "low" | "high", value: number): Scene["heights"] {
  const LEAST = 5;
  return end === "low"
    ? { ...old, low: Math.max(Math.min(value, old.high - LEAST), 0) }
    : { ...old, high: Math.max(value, old.low + LEAST) };
}
