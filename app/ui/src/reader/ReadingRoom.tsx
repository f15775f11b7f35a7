import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { KeyImage } from "../backend/illustrationTypes";
import type { Series, Study } from "../backend/types";
import { imagesOf } from "../viewer/sequence";
import { noteSyntaxes } from "./engine/source";
import { engine } from "./engine/start";
import { chooseTool, removeMeasurements } from "./engine/tools";
import { NOTHING, type OpenPane, type PaneState } from "./engine/view";
import { ForReport } from "./ForReport";
import { Pane, type PaneEvents } from "./Pane";
import { hang, PANES, type Hung, type Layout } from "./pure/hanging";
import type { Command, Tool } from "./pure/keys";
import { SeriesRail } from "./SeriesRail";
import { Toolbar } from "./Toolbar";
import { useVolume } from "./useVolume";

/** The panes, what hangs in them, and the tools in hand. */
export function ReadingRoom({
  study,
  list,
  caseId,
}: {
  study: Study;
  list: Series[];
  caseId: string | null;
}): ReactElement {
  const { t, i18n } = useTranslation("reader");
  const [first] = useState(() => {
    noteSyntaxes(study);
    return hang(list);
  });
  const [layout, setLayout] = useState<Layout>(first.layout);
  const [panes, setPanes] = useState<(Hung | null)[]>(first.panes);
  const [active, setActive] = useState(0);
  const [tool, setTool] = useState<Tool>("window");
  const [states, setStates] = useState<Record<number, PaneState>>({});
  const open = useRef(new Map<number, OpenPane>());
  const choosingRef = useRef<() => void>(() => undefined);

  useEffect(() => chooseTool(tool), [tool]);
  // What is written beside measurements is drawn, so that a change of language draws it anew.
  useEffect(() => {
    engine().render();
  }, [i18n.language]);

  const on = useMemo<PaneEvents>(
    () => ({
      activate: setActive,
      open: (at, pane) => {
        if (pane) open.current.set(at, pane);
        else open.current.delete(at);
      },
      state: (at, state) => setStates((old) => ({ ...old, [at]: state })),
      command: (at, command) => {
        if (command.do === "tool") setTool(command.tool);
        else if (command.do === "keyImage") choosingRef.current();
        else open.current.get(at)?.run(command);
      },
    }),
    [],
  );
  const count = PANES[layout];
  const worked = Math.min(active, count - 1);
  const command = (what: Command) => on.command(worked, what);
  const here = panes[worked] ?? null;
  const shown = list.find((one) => one.series_instance_uid === here?.series) ?? null;
  const volume = useVolume(study, shown);
  const seen = here?.mode === "stack" && shown ? (states[worked] ?? null) : null;
  const keyImage = seen && shown ? keyImageOf(study, shown, seen) : null;
  const hangHere = (series: string, mode: Hung["mode"] = "stack") => {
    // Crosshairs are what three sections are read with; elsewhere there are none.
    setTool((old) => (mode === "mpr" ? "crosshairs" : old === "crosshairs" ? "window" : old));
    setPanes((old) =>
      Array.from({ length: Math.max(count, old.length) }, (_, at) =>
        at === worked ? { series, mode, start: null } : (old[at] ?? null),
      ),
    );
  };
  return (
    <>
      <Toolbar
        tool={tool}
        onTool={setTool}
        layout={layout}
        onLayout={setLayout}
        state={(here && states[worked]) || NOTHING}
        mode={here?.mode ?? "stack"}
        volume={volume}
        onMode={(mode) => here && hangHere(here.series, mode)}
        onCommand={command}
        onRemoveAll={removeMeasurements}
        report={caseId && <ForReport caseId={caseId} shown={keyImage} choosingRef={choosingRef} />}
      />
      <div className="room">
        <SeriesRail
          study={study}
          list={list}
          shown={here?.series ?? null}
          onChoose={(series) => hangHere(series)}
        />
        <div className={`panes panes-${layout}`}>
          {Array.from({ length: count }, (_, at) => {
            const hung = panes[at] ?? null;
            const series = list.find((one) => one.series_instance_uid === hung?.series) ?? null;
            return (
              <Pane
                key={at}
                at={at}
                hung={hung}
                study={study}
                series={series}
                active={at === worked}
                on={on}
              />
            );
          })}
        </div>
      </div>
      <p className="reader-help">{t("help")}</p>
    </>
  );
}

/** The image that is seen, as a report may show it; null until it is drawn. */
function keyImageOf(study: Study, series: Series, seen: PaneState): KeyImage | null {
  const image = imagesOf(study, series)[seen.index];
  if (!seen.facts || image?.instance !== seen.facts.instance) return null;
  return {
    image: { sop_instance_uid: image.instance, frame: image.frame },
    title: "of_interest",
    words: "",
    window: seen.window,
  };
}
