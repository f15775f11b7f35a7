import { useDeferredValue, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { FORWARD_KINDS, type ForwardKind } from "../backend/dutyTypes";
import { useAgreements, useDirectory } from "../backend/queries";
import type { CaseDetail, DirectoryEntry, Practitioner } from "../backend/types";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { ReaderField } from "../request/ReaderField";
import { AgreementNotice, RecipientCard } from "../request/Recipient";
import { ConsentFields, consentOf, useConsent } from "./consent";

/** Brings a further reader into the case; from a reader it is a proposal, to which the requester consents (R1, R12). */
export function Bring({
  detail,
  me,
  instead = null,
  onClose,
}: {
  detail: CaseDetail;
  me: Practitioner;
  /** Who is to be asked in the place of whoever was. */
  instead?: DirectoryEntry | null;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation(["duties", "translation"]);
  const requesting = detail.role === "requesting";
  const [kind, setKind] = useState<ForwardKind>(instead ? "alternative" : "second_opinion");
  const [question, setQuestion] = useState(detail.question);
  const [looked, setLooked] = useState("");
  const [reader, setReader] = useState<DirectoryEntry | null>(instead);
  const [confirmed, setConfirmed] = useState(false);
  const [draft, setDraft] = useConsent(me);
  const consent = consentOf(draft);
  const found = useDirectory({ q: useDeferredValue(looked), readers: "true" }).data ?? [];
  const agreements = useAgreements().data ?? [];
  const taking = new Set(detail.readers.map((one) => one.reader?.fingerprint));
  const offered = found.filter(
    (one) => one.may_read && one.fingerprint !== me.fingerprint && !taking.has(one.fingerprint),
  );
  const agreed =
    reader !== null &&
    agreements.some(
      (one) => one.state === "in_force" && one.with.fingerprint === reader.fingerprint,
    );
  return (
    <SignDialog
      title={t(requesting ? "bring.title" : "bring.proposeTitle")}
      confirm={t(requesting ? "bring.confirm" : "bring.propose")}
      complete={agreed && confirmed && allSaid(question) && (!requesting || consent !== null)}
      act={() =>
        acts.forward(detail.case_id, {
          kind,
          with: reader?.fingerprint ?? "",
          question: question.trim(),
          ...(requesting && consent ? { consent } : {}),
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{t(requesting ? "bring.text" : "bring.proposeText")}</p>
          <OneOf
            legend={t("bring.kind")}
            options={FORWARD_KINDS}
            chosen={kind}
            onChoose={setKind}
            words={(one) => t(`bring.kinds.${one}`)}
          />
          <ReaderField
            chosen={reader?.fingerprint ?? ""}
            offered={
              reader && !offered.some((one) => one.fingerprint === reader.fingerprint)
                ? [reader, ...offered]
                : offered
            }
            looked={looked}
            onLook={setLooked}
            onPick={(fingerprint) => {
              setReader(offered.find((one) => one.fingerprint === fingerprint) ?? null);
              setConfirmed(false);
            }}
            error={tried && !reader ? t("translation:field.reader") : undefined}
          />
          {reader && (
            <RecipientCard
              reader={reader}
              confirmed={confirmed}
              onConfirm={setConfirmed}
              error={tried && !confirmed ? t("translation:field.recipient") : undefined}
            />
          )}
          {reader && !agreed && (
            <AgreementNotice key={reader.fingerprint} reader={reader} agreements={agreements} />
          )}
          <Prose
            label={t("translation:request.question")}
            value={question}
            onChange={setQuestion}
            required
            tried={tried}
          />
          {requesting && <ConsentFields draft={draft} onChange={setDraft} tried={tried} />}
        </>
      )}
    </SignDialog>
  );
}
