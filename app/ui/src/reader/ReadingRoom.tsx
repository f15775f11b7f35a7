import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Series, Study } from "../backend/types";
import { seriesWithImages } from "../viewer/sequence";
import { forgetLines } from "./curved/usePlan";
import { useTogether } from "./live/useTogether";
import { noteSyntaxes } from "./engine/source";
import { engine } from "./engine/start";
import { chooseTool, removeMeasurements } from "./engine/tools";
import { NOTHING } from "./engine/view";
import { ForReport } from "./ForReport";
import { keyImageOf, measuredIn } from "./reported";
import { Pane } from "./Pane";
import { hang, PANES, type Hung, type Layout, type Mode } from "./pure/hanging";
import { firstTool, type Tool } from "./pure/keys";
import { beside } from "./pure/priors";
import { Priors } from "./Priors";
import { SeriesRail } from "./SeriesRail";
import { Toolbar } from "./toolbar/Toolbar";
import { usePanes, type Shown } from "./usePanes";
import { usePrior } from "./usePrior";
import { canShow, useVolume } from "./useVolume";

/** The panes, what hangs in them, and the tools in hand. */
export function ReadingRoom({
  study,
  list,
  caseId,
  live,
}: {
  study: Study;
  list: Series[];
  caseId: string | null;
  /** Joins the live consult of the case. */
  live: boolean;
}): ReactElement {
  const { t, i18n } = useTranslation("reader");
  const [first] = useState(() => {
    noteSyntaxes(study);
    return hang(list);
  });
  const [layout, setLayout] = useState<Layout>(first.layout);
  const [hung, setHung] = useState<(Hung | null)[]>(first.panes);
  // A finger scrolls at first, as fingers do; two of them zoom and pan whatever the tool is.
  const [tool, setTool] = useState<Tool>(() =>
    matchMedia("(pointer: coarse)").matches ? "scroll" : "window",
  );
  const [priorUid, setPriorUid] = useState<string | null>(null);
  const prior = usePrior(priorUid);
  const priorList = useMemo(() => (prior ? seriesWithImages(prior) : []), [prior]);

  useEffect(() => chooseTool(tool), [tool]);
  // What is written beside measurements is drawn, so that a change of language draws it anew.
  useEffect(() => {
    engine().render();
  }, [i18n.language]);

  const count = PANES[layout];
  const shown = useMemo(() => {
    const pool: Shown[] = [
      ...list.map((series) => ({ study, series })),
      ...(prior ? priorList.map((series) => ({ study: prior, series })) : []),
    ];
    return Array.from({ length: count }, (_, at) => {
      const uid = hung[at]?.series;
      return pool.find(({ series }) => series.series_instance_uid === uid) ?? null;
    });
  }, [study, list, prior, priorList, hung, count]);
  const modeRef = useRef<(mode: Mode) => void>(() => undefined);
  const { on, active, states, choosingRef, linked, setLinked, paneAt } = usePanes(
    shown,
    setTool,
    modeRef,
  );
  const worked = Math.min(active, count - 1);
  const here = hung[worked] ?? null;
  const seen = shown[worked] ?? null;
  const volume = useVolume(seen?.study ?? study, seen?.series ?? null);
  const own = here?.mode === "stack" && seen?.study === study ? (states[worked] ?? null) : null;
  const keyImage = own && seen ? keyImageOf(study, seen.series, own) : null;

  const hangAt = (at: number, series: string, mode: Mode) =>
    setHung((old) =>
      Array.from({ length: Math.max(count, old.length, at + 1) }, (_, pane) =>
        pane === at ? { series, mode, start: null } : (old[pane] ?? null),
      ),
    );
  const hangHere = (series: string, mode: Mode = "stack") => {
    setTool((old) => firstTool(mode, old));
    hangAt(worked, series, mode);
  };
  const together = useTogether(
    { caseId, live, study, list, worked, here, state: states[worked], tool, on, paneAt },
    hangHere,
  );
  const choose = (series: string, mode: Mode = "stack") => {
    together.touched();
    hangHere(series, mode);
  };
  useEffect(() => {
    modeRef.current = (mode) => {
      if (here && canShow(mode, volume)) choose(here.series, mode);
    };
  });
  const compare = (uid: string | null) => {
    setPriorUid(uid);
    setLinked(false);
  };
  /** The other study's like series beside what is shown, following it. */
  const hangBeside = () => {
    const other = beside(shown[0]?.series ?? null, priorList);
    if (!other) return;
    setLayout("1x2");
    hangAt(1, other.series_instance_uid, "stack");
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
        linked={linked}
        onLinked={setLinked}
        onMode={(mode) => here && choose(here.series, mode)}
        onCommand={(what) => together.on.command(worked, what)}
        onRemoveAll={() => {
          removeMeasurements();
          forgetLines();
        }}
        report={
          caseId && (
            <>
              <ForReport
                caseId={caseId}
                shown={keyImage}
                measured={() => measuredIn(study, list)}
                choosingRef={choosingRef}
              />
              {together.button}
            </>
          )
        }
      />
      <div className="room">
        <div className="rail">
          <SeriesRail
            label={t("series")}
            study={study}
            list={list}
            shown={here?.series ?? null}
            onChoose={choose}
          />
          <Priors study={study} chosen={priorUid} onChoose={compare} />
          {prior && (
            <>
              <button type="button" className="button rail-beside" onClick={hangBeside}>
                {t("priors.beside")}
              </button>
              <SeriesRail
                label={t("priors.series")}
                study={prior}
                list={priorList}
                shown={here?.series ?? null}
                onChoose={choose}
              />
            </>
          )}
        </div>
        <div className={`panes panes-${layout}`} {...together.watch}>
          {shown.map((one, at) => (
            <Pane
              key={at}
              at={at}
              hung={one ? (hung[at] ?? null) : null}
              study={one?.study ?? study}
              series={one?.series ?? null}
              dated={prior !== null}
              active={at === worked}
              tool={tool}
              on={together.on}
              layer={together.layer(at)}
            />
          ))}
        </div>
        {together.panel}
      </div>
      <p className="reader-help">{t("help")}</p>
    </>
  );
}
