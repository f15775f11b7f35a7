import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Agreement, DirectoryEntry } from "../backend/types";
import { Absent } from "./Absent";
import type { Draft } from "./draft";
import { ReaderField } from "./ReaderField";
import { AgreementNotice, RecipientCard } from "./Recipient";
import type { DraftChange } from "./TextField";

/** Whom the request goes to: chosen, shown and confirmed. A practice request goes to nobody. */
export function WhoReads({
  practice,
  reader,
  offered,
  looked,
  onLook,
  onPick,
  agreements,
  text,
}: {
  practice: boolean;
  reader: DirectoryEntry | undefined;
  offered: DirectoryEntry[];
  looked: string;
  onLook: (text: string) => void;
  onPick: (fingerprint: string, person?: DirectoryEntry) => void;
  agreements: Agreement[];
  text: {
    draft: Draft;
    change: DraftChange;
    wrong: (field: keyof Draft) => string | undefined;
  };
}): ReactElement {
  const { t } = useTranslation("practice");
  if (practice) {
    return (
      <p className="practice-mark" role="note">
        <strong>{t("mark")}</strong> {t("partner")}
      </p>
    );
  }
  const { draft, change, wrong } = text;
  const agreed = agreements.some(
    (one) => one.state === "in_force" && one.with.fingerprint === draft.reader,
  );
  return (
    <>
      <ReaderField
        chosen={draft.reader}
        offered={offered}
        looked={looked}
        onLook={onLook}
        onPick={onPick}
        error={wrong("reader")}
      />
      {reader && (
        <>
          <Absent reader={reader} onInstead={(one) => onPick(one.fingerprint, one)} />
          <RecipientCard
            reader={reader}
            confirmed={draft.recipientConfirmed}
            onConfirm={(recipientConfirmed) => change({ recipientConfirmed })}
            error={wrong("recipientConfirmed")}
          />
          {!agreed && (
            <AgreementNotice key={reader.fingerprint} reader={reader} agreements={agreements} />
          )}
        </>
      )}
    </>
  );
}
