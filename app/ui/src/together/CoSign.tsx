import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { together, type Stance } from "../backend/together";
import type { CaseDetail } from "../backend/types";
import { Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { useConfirmation } from "../parts/useConfirmation";

/** What is to be co-signed, by whom it was signed, and for or against. */
export interface ToCoSign {
  of: string;
  name: string;
  words: string;
  stance: Stance;
}

/** Signs beside another, or says why not; passphrase and second factor are asked for in their own right. */
export function CoSign({
  detail,
  signing,
  onClose,
}: {
  detail: CaseDetail;
  signing: ToCoSign;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("together");
  const [words, setWords] = useState("");
  const { complete, confirmed, fields } = useConfirmation();
  const { name, of, stance } = signing;
  const dissents = stance === "dissents";
  return (
    <SignDialog
      title={t(dissents ? "coSign.dissentTitle" : "coSign.title")}
      confirm={t(dissents ? "coSign.dissent" : "coSign.begin")}
      danger={dissents}
      complete={complete && (!dissents || words.trim() !== "")}
      act={() =>
        confirmed((confirmation) =>
          together.coSign(detail.case_id, { of, stance, words: words.trim(), ...confirmation }),
        )
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p className="prose impression">{signing.words}</p>
          <p>{t(dissents ? "coSign.dissentText" : "coSign.text", { name })}</p>
          <Prose
            label={t(dissents ? "coSign.why" : "coSign.words")}
            value={words}
            onChange={setWords}
            rows={dissents ? 3 : 1}
            required={dissents}
            tried={tried}
          />
          {fields(tried)}
        </>
      )}
    </SignDialog>
  );
}
