import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import type { SetupNode } from "../backend/setupTypes";
import type { SignInChoice } from "../backend/types";
import { ProblemNote } from "../parts/ProblemNote";
import { Words } from "../parts/Words";
import type { ApplyStep } from "../route";
import type { Change } from "./ApplyForm";
import { Choice } from "./Choice";
import { forPerson, type Draft } from "./draft";
import type { Piece } from "./evidence";
import { PassphraseFields, useVerdict, type Passphrase } from "./PassphraseFields";
import { Summary } from "./Summary";
import { useLeavingWarning } from "./useLeavingWarning";
import { useSubmission } from "./useSubmission";

/** Everything once more as it will be signed, the passphrase that signs it, and how it gets to the registry. */
export function ReviewStep({
  node,
  draft,
  pieces,
  known,
  faultySteps,
  change,
  onBack,
  onFaulty,
  onSent,
}: {
  node: SetupNode;
  draft: Draft;
  pieces: Piece[];
  known: SignInChoice[];
  /** Parts of the form that are not complete. */
  faultySteps: ApplyStep[];
  change: Change;
  onBack: () => void;
  onFaulty: (step: ApplyStep) => void;
  onSent: (jobs: Record<string, string>) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const [passphrase, setPassphrase] = useState<Passphrase>({ typed: "", again: "", code: null });
  const person = forPerson(draft);
  const isNew = !known.some((one) => one.id === draft.id);
  const { verdict, good, error } = useVerdict(draft, passphrase, isNew);
  const submit = useSubmission(draft, pieces, onSent);
  const codeWanted =
    submit.error instanceof Problem && submit.error.code === "second_factor_required";
  const sendable = draft.way !== "send" || node.bootstraps > 0;
  // A passphrase is kept nowhere.
  useLeavingWarning(() => passphrase.typed !== "");
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate(passphrase);
      }}
    >
      {faultySteps.length > 0 && (
        <div className="note note-problem" role="alert">
          <p>{t("review.faults")}</p>
          <div className="buttons">
            {faultySteps.map((step) => (
              <button key={step} type="button" className="button" onClick={() => onFaulty(step)}>
                {t("review.edit", { part: t(`steps.${step}`) })}
              </button>
            ))}
          </div>
        </div>
      )}
      <Summary node={node} draft={draft} pieces={pieces} />
      {person && !pieces.some((piece) => piece.kind === "licence") && (
        <p className="note">{t("review.noPapers")}</p>
      )}
      <section className="card">
        <Choice
          legend={t("review.way")}
          name="way"
          value={draft.way}
          options={(["send", "file", "hpki"] as const)
            .filter((way) => person || way !== "hpki")
            .map((value) => ({
              value,
              label: t(`review.${value}`),
              hint: t(`review.${value}Hint`),
            }))}
          onChange={(way) => change({ way })}
        />
        {!sendable && (
          <p className="note">
            <Words>{t("review.noBootstrap")}</Words>
          </p>
        )}
      </section>
      {person && (
        <PassphraseFields
          draft={draft}
          isNew={isNew}
          passphrase={codeWanted ? { ...passphrase, code: passphrase.code ?? "" } : passphrase}
          verdict={verdict}
          onChange={(part) => setPassphrase((old) => ({ ...old, ...part }))}
        />
      )}
      {error && <ProblemNote error={error} />}
      {submit.isError && <ProblemNote error={submit.error} />}
      <div className="buttons step-buttons">
        <button type="button" className="button" onClick={onBack} disabled={submit.isPending}>
          {t("common.back", { ns: "translation" })}
        </button>
        <button
          type="submit"
          className="button button-primary"
          disabled={submit.isPending || faultySteps.length > 0 || !sendable || (person && !good)}
        >
          {submit.isPending ? t("review.busy") : t(`review.submit.${draft.way}`)}
        </button>
      </div>
    </form>
  );
}
