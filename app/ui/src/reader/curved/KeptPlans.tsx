import { useEffect, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useCase } from "../../backend/queries";
import type { Study } from "../../backend/types";
import { actionsFor } from "../../consultation/actions";
import {
  draft,
  drafted,
  takeKeyImages,
  useDrafted,
  writePlanned,
} from "../../consultation/drafted";
import { offered, useAutosave } from "../../report/autosave";
import { imagesOf, seriesWithImages } from "../../viewer/sequence";
import { imageIdOf } from "../engine/source";
import type { KeptPlan } from "../pure/curved/kept";
import { keyImagesOf, wordsOf } from "./insert";
import { keepBy, plansNow, restorePlans } from "./keeping";
import { listen } from "./usePlan";

/** Keeps what is planned in a case's own volumes in the draft of whoever writes its report. */
export function KeptPlans({
  caseId,
  study,
}: {
  caseId: string;
  study: Study;
}): ReactElement | null {
  const { data } = useCase(caseId);
  const own = data?.study_instance_uid === study.study_instance_uid;
  if (!own || !actionsFor(data).includes("report")) return null;
  return <Keeping caseId={caseId} study={study} />;
}

function Keeping({ caseId, study }: { caseId: string; study: Study }): null {
  const { t } = useTranslation("curved");
  const { state } = useAutosave(caseId);
  const { plans } = useDrafted(caseId);

  useEffect(() => {
    const own = seriesOf(study);
    return listen(() => {
      const now = plansNow(own);
      if (!alike(now, drafted(caseId).plans)) draft(caseId, () => ({ plans: now }));
    });
  }, [caseId, study]);
  // What was kept is seen before anybody has said whether she goes on with it: it is a canal's course, not a word of hers.
  useEffect(() => {
    const before = state === "offered" ? offered(caseId) : null;
    const own = seriesOf(study);
    if (before && plansNow(own).length === 0) restorePlans(own, before.plans);
  }, [caseId, study, state]);
  // What is signed is forgotten as a draft, not taken from under the eyes of whoever looks at it.
  const gone = plans.length === 0 && state !== "kept";
  useEffect(() => {
    const own = seriesOf(study);
    if (!gone && !alike(plansNow(own), plans)) restorePlans(own, plans);
  }, [study, plans, gone]);
  useEffect(() => {
    keepBy({
      caseId,
      insert: () => {
        const now = plansNow(seriesOf(study));
        writePlanned(caseId, wordsOf(t, now));
        takeKeyImages(
          caseId,
          now.flatMap((plan) => keyImagesOf(t, plan, imagesIn(study, plan.series))),
        );
      },
    });
    return () => keepBy(null);
  }, [caseId, study, t]);
  return null;
}

function seriesOf(study: Study): string[] {
  return seriesWithImages(study).map((one) => one.series_instance_uid);
}

function imagesIn(study: Study, uid: string): string[] {
  const series = study.series.find((one) => one.series_instance_uid === uid);
  return series ? imagesOf(study, series).map(imageIdOf) : [];
}

function alike(one: readonly KeptPlan[], other: readonly KeptPlan[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
