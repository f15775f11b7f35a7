import { useEffect, useMemo, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ImageAddress, Window } from "../../backend/dicomweb";
import { ProblemNote } from "../../parts/ProblemNote";
import { NotCurved, type Arrival } from "../engine/slices";
import { NOTHING, presetNamed, type OpenPane, type PaneState } from "../engine/view";
import { Meaning, Warnings } from "../Overlay";
import { heightOf } from "../pure/curved/grid";
import { findArch } from "../pure/curved/findArch";
import { axialMip } from "../pure/curved/mip";
import { withArch } from "../pure/curved/plan";
import { smoothPath } from "../pure/curved/spline";
import type { Tool } from "../pure/keys";
import { presetsOf } from "../pure/presets";
import { ArchPanel } from "./ArchPanel";
import { Axial } from "./Axial";
import { commands } from "./commands";
import { PlanPanel } from "./PlanPanel";
import { heightsOf, markerOf, type Drawing, type Scene } from "./scene";
import { Sections } from "./Sections";
import { Unrolled } from "./Unrolled";
import { changePlan, planOf, usePlan } from "./usePlan";
import { useLive } from "./useLive";
import { useSlices } from "./useSlices";
import "./curved.css";

/** One volume along its dental arch: from above, unrolled as a panoramic picture, and in sections across. */
export function CurvedPane({
  series,
  images,
  tool,
  onOpen,
  onState,
}: {
  /** Its UID, under which the plan is kept. */
  series: string;
  images: readonly ImageAddress[];
  tool: Tool;
  onOpen: (pane: OpenPane | null) => void;
  onState: (state: PaneState) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { arrival, problem } = useSlices(images);
  if (problem instanceof NotCurved)
    return (
      <p className="pane-empty" role="alert">
        {t(`refused.${problem.why}`)}
      </p>
    );
  if (problem instanceof Error)
    return (
      <div className="pane-problem">
        <ProblemNote error={problem} />
      </div>
    );
  if (!arrival) return <p className="pane-empty">{t("arch.looking")}</p>;
  return (
    <Room
      series={series}
      first={images[0]}
      arrival={arrival}
      total={images.length}
      tool={tool}
      onOpen={onOpen}
      onState={onState}
    />
  );
}

/** Looked for as soon as so large a share has arrived, evenly over the whole. */
const ENOUGH = 0.3;

function Room({
  series,
  first,
  arrival,
  total,
  tool,
  onOpen,
  onState,
}: {
  series: string;
  first: ImageAddress | undefined;
  arrival: Arrival;
  total: number;
  tool: Tool;
  onOpen: (pane: OpenPane | null) => void;
  onState: (state: PaneState) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { t: reader } = useTranslation("reader");
  const { stack, facts, loaded } = arrival;
  const plan = usePlan(series);
  const presets = useMemo(() => presetsOf(facts, [-1000, 3000]), [facts]);
  const [window, onWindow] = useState<Window>(presets[0]?.window ?? { center: 500, width: 2500 });
  const [table, setTable] = useState(presets[0]?.table ?? null);
  const shape = useMemo(() => ({ function: facts.windowFunction, table }), [facts, table]);
  const [invert, setInvert] = useState(facts.photometric === "MONOCHROME1");
  const [drawing, setDrawing] = useState<Drawing>("nothing");
  const [projected, setProjected] = useState(false);
  /** Views begin anew, whole, when this changes. */
  const [round, setRound] = useState(0);
  const [canal, setCanal] = useState<string | null>(null);
  const [size, setSize] = useState({ diameter: 4, length: 10 });
  const path = useMemo(() => smoothPath(plan.control, 0.25), [plan.control]);
  const heights = useMemo(() => heightsOf(stack, plan), [stack, plan]);
  const marker = markerOf(plan, path, heights);

  const onInvert = setInvert;
  const { grid } = stack;
  const live = useLive({ first, grid, path, marker, window, invert, onWindow, onInvert });

  const enough = loaded >= ENOUGH * total;
  useEffect(() => {
    if (enough && planOf(series).came === null) find(series, arrival);
  }, [enough, series, arrival]);
  useEffect(() => {
    const onWhole = () => setRound((old) => old + 1);
    const on = { onWindow, onTable: setTable, onInvert, onWhole };
    onOpen(commands(series, presets, on, live));
    return () => onOpen(null);
  }, [series, presets, live, onInvert, onOpen]);
  useEffect(() => {
    const preset = presetNamed(presets, window);
    onState({ ...NOTHING, facts, loaded, total, window, presets, preset });
    // Those who look along are told of the marker and the colours too.
  }, [facts, loaded, total, window, presets, onState, marker.along, marker.height, invert]);

  const scene: Scene = {
    series,
    stack,
    facts,
    plan,
    path,
    heights,
    marker,
    drawing,
    shared: { tool, window, onWindow, invert, shape },
    size,
    canal,
    onCanal: setCanal,
  };
  return (
    <div className="curved" data-arrived={loaded === total} data-arch={plan.came ?? "looking"}>
      <Axial key={`axial-${round}`} scene={scene} projected={projected || drawing === "arch"} />
      {path && <Unrolled key={`arch-${round}`} scene={scene} path={path} />}
      {path && <Sections key={`sections-${round}`} scene={scene} path={path} />}
      <div className="panel">
        <ArchPanel
          scene={scene}
          projected={projected}
          onProjected={setProjected}
          onDrawing={setDrawing}
          onFind={() => find(series, arrival)}
        />
        {path && (
          <PlanPanel scene={scene} onDrawing={setDrawing} onCanal={setCanal} onSize={setSize} />
        )}
        <div className="panel-row panel-meaning">
          <p className="quiet">{t("meaning")}</p>
          <Meaning facts={facts} />
        </div>
        {loaded < total && (
          <p className="coarse" role="status">
            {reader("loading", { done: loaded, total })} {t("coarse")}
          </p>
        )}
      </div>
      <Warnings facts={facts} flipped={false} />
    </div>
  );
}

/** Looks for the arch at the heights that are looked at; where none is found, what was drawn stays. */
function find(series: string, { stack }: Arrival): void {
  const { heights } = planOf(series);
  const found = findArch(
    axialMip(stack, heights ?? { low: 0, high: heightOf(stack.grid) }),
    stack.grid,
  );
  changePlan(series, (old) => (found ? withArch(old, found, "found") : { came: "none" }));
}
