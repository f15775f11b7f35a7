import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import type { CredentialMark, LostCredential } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { SignDialog } from "../parts/SignDialog";
import { Contacts } from "./Contacts";

/** Who has lost her credential while the case is open, what stays of hers, and who sees to it (R2, R3, R5, R6). */
export function Lost({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("absence");
  if (detail.lost.length === 0) return null;
  return (
    <section className="card" aria-labelledby="lost-title">
      <h2 id="lost-title">{t("lost.title")}</h2>
      {detail.lost.map((one) => (
        <Person key={`${one.entry_id} ${one.part}`} lost={one} detail={detail} />
      ))}
      <p className="quiet">{t("lost.stays")}</p>
    </section>
  );
}

function Person({ lost, detail }: { lost: LostCredential; detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const requesting = detail.role === "requesting";
  const name = lost.who ? format.person(lost.who) : "—";
  const side = requesting ? "mine" : "others";
  return (
    <article data-lost={lost.part} className="note note-problem" role="alert">
      <p>
        <strong>{t(`lost.state.${lost.state}`, { name, at: format.dateTime(lost.since) })}</strong>
      </p>
      <p>{t(`lost.next.${lost.part}.${side}`)}</p>
      {!requesting && lost.part === "requester" && <Contacts contacts={detail.contacts} />}
      {requesting && lost.part === "further_reader" && !detail.frozen && (
        <button type="button" className="button" onClick={() => setOpen(true)}>
          {t("lost.release")}
        </button>
      )}
      {open && (
        <SignDialog
          title={t("lost.releaseTitle", { name })}
          confirm={t("lost.release")}
          complete
          act={() => acts.release(detail.case_id, lost.entry_id)}
          onClose={() => setOpen(false)}
        >
          {() => <p>{t("lost.releaseText")}</p>}
        </SignDialog>
      )}
    </article>
  );
}

/** Whoever signed this does not hold her certificate any more: what she signed before stays valid. */
export function Marked({ mark }: { mark: CredentialMark | null }): ReactElement | null {
  const { t } = useTranslation("absence");
  const format = useFormat();
  if (mark === null) return null;
  const at = format.dateTime(mark.since);
  return (
    <span className={mark.signed_before ? "quiet" : "warning"} data-credential={mark.state}>
      {t(`lost.mark.${mark.state}`, { at })} —{" "}
      {t(mark.signed_before ? "lost.before" : "lost.after")}
    </span>
  );
}
