import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { Prose } from "../parts/Prose";

/** Who is to be called when minutes count, how soon reports come, for how long records stay, what is paid: then it is signed. */
export function ProposeAgreement({ fingerprint }: { fingerprint: string }): ReactElement {
  const { t } = useTranslation(["report", "translation"]);
  const [contact, setContact] = useState("");
  const [hours, setHours] = useState("48");
  const [years, setYears] = useState("5");
  const [fees, setFees] = useState("");
  const [tried, setTried] = useState(false);
  const propose = useChange(backend.proposeAgreement, [keys.agreements]);
  // A name alone cannot be called.
  const callable = /\d{2,}/.test(contact);
  if (propose.isSuccess) return <p>{t("translation:request.proposed")}</p>;
  return (
    <>
      <Prose
        label={t("agree.contact")}
        hint={t("agree.contactHint")}
        value={contact}
        onChange={setContact}
        rows={1}
        required
        tried={tried}
      />
      {tried && !callable && <p className="field-note">{t("agree.noNumber")}</p>}
      <details>
        <summary>{t("agree.more")}</summary>
        <div className="pair">
          <Prose label={t("agree.hours")} value={hours} onChange={setHours} rows={1} />
          <Prose label={t("agree.years")} value={years} onChange={setYears} rows={1} />
        </div>
        <Prose label={t("agree.fees")} hint={t("agree.feesHint")} value={fees} onChange={setFees} />
      </details>
      {propose.error && <ProblemNote error={propose.error} />}
      <button
        type="button"
        className="button"
        disabled={propose.isPending}
        onClick={() => {
          setTried(true);
          if (!callable) return;
          propose.mutate({
            with: fingerprint,
            emergency_contact: contact.trim(),
            ...number("turnaround_hours", hours),
            ...number("retention_years", years),
            ...(fees.trim() === "" ? {} : { fees: fees.trim() }),
          });
        }}
      >
        {t("translation:request.propose")}
      </button>
    </>
  );
}

function number(name: "turnaround_hours" | "retention_years", text: string): object {
  return /^\d+$/.test(text.trim()) ? { [name]: Number(text) } : {};
}
