import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { passing, usePassing, usePassingAct } from "../backend/passing";
import type { Counterpart } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";
import { allSaid, Prose } from "../parts/Prose";
import { useConfirmation } from "../parts/useConfirmation";
import { Counted } from "./Counted";
import { EndDialog } from "./EndDialog";

/** Hands everything that the practitioner has asked for over to a new owner (R5). */
export function HandOverCard(): ReactElement | null {
  const { t } = useTranslation("passing");
  const format = useFormat();
  const [chosen, setChosen] = useState("");
  const [doing, setDoing] = useState<"offer" | "end" | null>(null);
  const now = usePassing(chosen === "" ? null : chosen).data;
  if (!now || now.mine.open + now.mine.ended === 0) return null;
  const offeredTo = now.mine.offered > 0 ? now.mine.to : null;
  const heir = now.candidates.find((one) => one.fingerprint === chosen) ?? offeredTo;
  return (
    <section className="card" aria-labelledby="hand-over-title">
      <h2 id="hand-over-title">{t("title")}</h2>
      <p>{t("intro")}</p>
      {now.candidates.length === 0 ? (
        <p className="quiet">{t("nobody")}</p>
      ) : (
        <Field label={t("to")}>
          {(control) => (
            <select
              {...control}
              value={chosen === "" ? (offeredTo?.fingerprint ?? "") : chosen}
              onChange={(event) => setChosen(event.target.value)}
            >
              <option value="">{t("choose")}</option>
              {now.candidates.map((one) => (
                <option key={one.fingerprint} value={one.fingerprint}>
                  {format.person(one)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Counted count={now.mine} />
      {heir && (
        <div className="buttons">
          <button type="button" className="button" onClick={() => setDoing("offer")}>
            {t("offer")}
          </button>
          {offeredTo && (
            <button type="button" className="button button-quiet" onClick={() => setDoing("end")}>
              {t("takeBack")}
            </button>
          )}
        </div>
      )}
      {doing === "offer" && heir && <OfferDialog to={heir} onClose={() => setDoing(null)} />}
      {doing === "end" && offeredTo && (
        <EndDialog
          title={t("takeBack")}
          other={offeredTo.fingerprint}
          onClose={() => setDoing(null)}
        />
      )}
    </section>
  );
}

function OfferDialog({ to, onClose }: { to: Counterpart; onClose: () => void }): ReactElement {
  const { t } = useTranslation("passing");
  const format = useFormat();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const { complete, confirmed, fields } = useConfirmation();
  const sign = usePassingAct(() =>
    confirmed((confirmation) => passing.offer(to.fingerprint, reason.trim(), confirmation)),
  );
  return (
    <ConfirmDialog
      title={t("offerTitle", { name: format.person(to) })}
      confirm={t("sign")}
      danger
      busy={sign.isPending}
      error={sign.error}
      onConfirm={() => {
        setTried(true);
        if (complete && allSaid(reason)) sign.mutate(undefined, { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <p>{t("offerText", { name: format.person(to) })}</p>
      <Prose
        label={t("reason")}
        value={reason}
        onChange={setReason}
        rows={1}
        required
        tried={tried}
      />
      {fields(tried)}
    </ConfirmDialog>
  );
}
