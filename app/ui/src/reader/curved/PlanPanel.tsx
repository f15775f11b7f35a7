import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { lengthText } from "../pure/measures";
import {
  clearance,
  DIAMETERS,
  LENGTHS,
  TUBES,
  type Canal,
  type Implant,
} from "../pure/curved/planning";
import { Choice } from "./Choice";
import { KeptNote } from "./KeptNote";
import type { Drawing, Scene } from "./scene";
import { changePlan } from "./usePlan";

/** Nearer than this to a canal, in mm, is said with caution: the margin that is usually kept. */
const MARGIN = 2;

const DRAWINGS = ["nothing", "canal", "implant"] as const;

/** What is planned: nerve canals and implants, and how near they come to each other. */
export function PlanPanel({
  scene,
  onDrawing,
  onCanal,
  onSize,
}: {
  scene: Scene;
  onDrawing: (drawing: Drawing) => void;
  /** Null: the next place begins a canal of its own. */
  onCanal: (id: string | null) => void;
  onSize: (size: Scene["size"]) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { plan, drawing, size } = scene;
  return (
    <div className="panel-row panel-plan" role="group" aria-label={t("planning.label")}>
      <strong>{t("planning.label")}</strong>
      {DRAWINGS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={drawing === one}
          onClick={() => onDrawing(one)}
        >
          {t(`planning.${one}`)}
        </button>
      ))}
      {drawing === "implant" && <Sizes size={size} onSize={onSize} />}
      {drawing === "canal" && <p className="quiet">{t("planning.canalHelp")}</p>}
      {drawing === "implant" && (
        <p className="quiet">
          {t("planning.implantHelp")} {t("implant.sizes")}
        </p>
      )}
      {plan.canals.map((canal, at) => (
        <CanalRow key={canal.id} scene={scene} canal={canal} number={at + 1} onCanal={onCanal} />
      ))}
      {drawing === "canal" && plan.canals.length > 0 && (
        <button type="button" aria-pressed={scene.canal === null} onClick={() => onCanal(null)}>
          {t("canal.more")}
        </button>
      )}
      {plan.implants.map((implant, at) => (
        <ImplantRow key={implant.id} scene={scene} implant={implant} number={at + 1} />
      ))}
      {plan.canals.length + plan.implants.length > 0 && <KeptNote />}
    </div>
  );
}

function Sizes({
  size,
  onSize,
}: {
  size: Scene["size"];
  onSize: (size: Scene["size"]) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const mm = (value: number) => t("mm", { mm: value });
  return (
    <>
      <Choice
        label={t("implant.diameter")}
        value={size.diameter}
        values={DIAMETERS}
        words={mm}
        onChange={(diameter) => onSize({ ...size, diameter })}
      />
      <Choice
        label={t("implant.length")}
        value={size.length}
        values={LENGTHS}
        words={mm}
        onChange={(length) => onSize({ ...size, length })}
      />
    </>
  );
}

function CanalRow({
  scene,
  canal,
  number,
  onCanal,
}: {
  scene: Scene;
  canal: Canal;
  number: number;
  onCanal: (id: string | null) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const change = (make: (old: Canal) => Canal[]) =>
    changePlan(scene.series, ({ canals }) => ({
      canals: canals.flatMap((one) => (one.id === canal.id ? make(one) : [one])),
    }));
  return (
    <div className="planned" data-canal={number}>
      <span>
        {t("canal.name", { number })} {t("canal.points", { count: canal.points.length })}
      </span>
      {scene.drawing === "canal" && (
        <button
          type="button"
          aria-pressed={scene.canal === canal.id}
          onClick={() => onCanal(canal.id)}
        >
          {t("canal.continue")}
        </button>
      )}
      <Choice
        label={t("canal.diameter")}
        value={canal.diameter}
        values={TUBES}
        words={(mm) => t("mm", { mm })}
        onChange={(diameter) => change((old) => [{ ...old, diameter }])}
      />
      <button
        type="button"
        aria-label={t("canal.remove", { number })}
        onClick={() => change(() => [])}
      >
        ×
      </button>
    </div>
  );
}

function ImplantRow({
  scene,
  implant,
  number,
}: {
  scene: Scene;
  implant: Implant;
  number: number;
}): ReactElement {
  const { t } = useTranslation("curved");
  const change = (part: Partial<Implant> | null) =>
    changePlan(scene.series, ({ implants }) => ({
      implants: implants.flatMap((one) =>
        one.id === implant.id ? (part ? [{ ...one, ...part }] : []) : [one],
      ),
    }));
  return (
    <div className="planned" data-implant={number}>
      <span>{t("implant.name", { number })}</span>
      <Sizes size={implant} onSize={({ diameter, length }) => change({ diameter, length })} />
      {scene.plan.canals.map((canal, at) => {
        const distance = clearance(implant, canal);
        if (distance === null) return null;
        const kind = distance <= 0 ? "meets" : distance < MARGIN ? "near" : "clearance";
        return (
          <span key={canal.id} className={kind === "clearance" ? "" : "caution"} data-clearance>
            {t(`implant.${kind}`, { number: at + 1, distance: lengthText(distance, "object") })}
          </span>
        );
      })}
      <button
        type="button"
        aria-label={t("implant.remove", { number })}
        onClick={() => change(null)}
      >
        ×
      </button>
    </div>
  );
}
