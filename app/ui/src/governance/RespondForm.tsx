import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignForm } from "./SignForm";

const STEPS = ["note", "first_report", "final_report", "end"] as const;

/** Records a step of the response to one incident; only those that it has. */
export function Respond({
  incident,
  about,
  isOpen,
  isReported,
  onClose,
}: {
  incident: string;
  /** Its day and what happened. */
  about: string;
  isOpen: boolean;
  /** Whether it is one that the commission is told of. */
  isReported: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("governance");
  const [step, setStep] = useState<(typeof STEPS)[number]>("note");
  const [what, setWhat] = useState("");
  const steps = STEPS.filter((one) => (one === "end" ? isOpen : one === "note" || isReported));
  return (
    <SignForm
      title={t("incident.respond")}
      complete={allSaid(what)}
      statement={() => ({ record: "response", incident, step, what: what.trim() })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{about}</p>
          <OneOf
            legend={t("incident.step")}
            options={steps}
            chosen={step}
            onChoose={setStep}
            words={(one) => t(`step.${one}`)}
          />
          <Prose
            label={t("incident.done")}
            hint={t("incident.whatHint")}
            rows={4}
            value={what}
            onChange={setWhat}
            required
            tried={tried}
          />
        </>
      )}
    </SignForm>
  );
}
