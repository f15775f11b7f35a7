import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { setup } from "../backend/setup";
import type { KeptDraft, SetupNode } from "../backend/setupTypes";
import type { SignInChoice } from "../backend/types";
import { APPLY_STEPS, goTo, type ApplyStep } from "../route";
import { ClinicStep } from "./ClinicStep";
import { ConfirmedButton } from "./ConfirmedButton";
import { emptyDraft, forPerson, readDraft, readPieces, stillWanted, type Draft } from "./draft";
import type { Piece } from "./evidence";
import { faultsOfContact, faultsOfPerson, today, type Faults } from "./faults";
import { PapersStep } from "./PapersStep";
import { PersonStep } from "./PersonStep";
import { ReviewStep } from "./ReviewStep";
import { StepList } from "./StepList";
import { useKept } from "./useKept";

export type Change = (part: Partial<Draft>) => void;

/** What every part of the form is given. */
export interface PartOfForm {
  draft: Draft;
  faults: Faults;
  change: Change;
}

/** The form in its steps. What is typed is kept by the node, so that nothing is lost when the page is loaded anew. */
export function ApplyForm({
  node,
  kept,
  known,
  issued,
  step,
  onSent,
}: {
  node: SetupNode;
  kept: KeptDraft;
  /** Who has keys here already. */
  known: SignInChoice[];
  /** To whom a certificate was issued here. */
  issued: string[];
  step: ApplyStep;
  onSent: (jobs: Record<string, string>) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const [draft, setDraft] = useState(() => {
    const draft = readDraft(kept.fields, emptyDraft(node));
    return { ...draft, wanted: stillWanted(draft, node.certified, issued) };
  });
  const [pieces, setPieces] = useState<Piece[]>(() => readPieces(kept.evidence));
  const [tried, setTried] = useState<ReadonlySet<ApplyStep>>(new Set());
  const keeping = [useKept("fields", draft), useKept("evidence", pieces)];
  const change: Change = (part) => setDraft((old) => ({ ...old, ...part }));
  const faults = useMemo<Record<ApplyStep, Faults>>(
    () => ({
      clinic: {},
      person: faultsOfPerson(draft, today(new Date())),
      papers: faultsOfContact(draft),
      review: {},
    }),
    [draft],
  );
  const leftOut: readonly ApplyStep[] = forPerson(draft) ? [] : ["person"];
  const steps = APPLY_STEPS.filter((one) => !leftOut.includes(one));
  const at = leftOut.includes(step) ? "papers" : step;
  const heading = useHeading(at);

  const beside = (by: number) => steps[steps.indexOf(at) + by] ?? at;
  const next = () => {
    setTried((old) => new Set(old).add(at));
    if (Object.keys(faults[at]).length === 0) goTo({ page: "apply", step: beside(1) });
    else
      queueMicrotask(() =>
        document.querySelector<HTMLElement>(".field-wrong :is(input, select, textarea)")?.focus(),
      );
  };
  const shown = tried.has(at) ? faults[at] : {};
  return (
    <>
      <StepList at={at} leftOut={leftOut} />
      <h2 ref={heading} tabIndex={-1} className="step-title">
        {t(`steps.${at}`)}
      </h2>
      {at === "review" ? (
        <ReviewStep
          node={node}
          draft={draft}
          pieces={pieces}
          known={known}
          faultySteps={steps.filter((one) => Object.keys(faults[one]).length > 0)}
          change={change}
          onBack={() => goTo({ page: "apply", step: beside(-1) })}
          onFaulty={(one) => {
            setTried((old) => new Set(old).add(one));
            goTo({ page: "apply", step: one });
          }}
          onSent={onSent}
        />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            next();
          }}
        >
          {at === "clinic" && <ClinicStep node={node} draft={draft} change={change} />}
          {at === "person" && (
            <PersonStep draft={draft} known={known} faults={shown} change={change} />
          )}
          {at === "papers" && (
            <PapersStep
              draft={draft}
              pieces={pieces}
              faults={shown}
              change={change}
              onPieces={setPieces}
            />
          )}
          <div className="buttons step-buttons">
            {at !== "clinic" && (
              <button
                type="button"
                className="button"
                onClick={() => goTo({ page: "apply", step: beside(-1) })}
              >
                {t("common.back", { ns: "translation" })}
              </button>
            )}
            <button type="submit" className="button button-primary">
              {t("steps.next")}
            </button>
          </div>
        </form>
      )}
      <div className="buttons draft-line">
        <span
          role="status"
          className={keeping.includes("lost") ? "unsure" : "quiet"}
          data-draft={keeping.join(" ")}
        >
          {keeping.includes("lost")
            ? t("draft.lost")
            : t(keeping.includes("saving") ? "draft.saving" : "draft.kept")}
        </span>
        <Discard
          onDiscarded={() => {
            setDraft(emptyDraft(node));
            setPieces([]);
            setTried(new Set());
            goTo({ page: "apply", step: "clinic" });
          }}
        />
      </div>
    </>
  );
}

/** Whoever works by keyboard or ear is brought to the new step; not when the page has just come. */
function useHeading(at: ApplyStep) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(at);
  useEffect(() => {
    if (before.current === at) return;
    before.current = at;
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return heading;
}

function Discard({ onDiscarded }: { onDiscarded: () => void }): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  return (
    <ConfirmedButton
      label={t("draft.discard")}
      title={t("draft.discardTitle")}
      act={setup.dropDraft}
      onDone={() => {
        client.removeQueries({ queryKey: ["application-draft"] });
        onDiscarded();
      }}
    >
      {t("draft.discardText")}
    </ConfirmedButton>
  );
}
