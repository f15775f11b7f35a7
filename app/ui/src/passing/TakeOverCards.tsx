import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { passing, usePassing, usePassingAct, type PassingFrom } from "../backend/passing";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { useConfirmation } from "../parts/useConfirmation";
import { Counted } from "./Counted";
import { EndDialog } from "./EndDialog";

/** What others have offered to the practitioner, or left when they lost their credentials: she becomes responsible only by her
 * own signature (R5). */
export function TakeOverCards(): ReactElement | null {
  const { t } = useTranslation("passing");
  const offers = usePassing().data?.for_me ?? [];
  if (offers.length === 0) return null;
  return (
    <section aria-labelledby="take-over-title">
      <h2 id="take-over-title">{t("takeTitle")}</h2>
      {offers.map((one, index) => (
        <Offer key={one.from?.fingerprint ?? index} offer={one} />
      ))}
    </section>
  );
}

function Offer({ offer }: { offer: PassingFrom }): ReactElement {
  const { t } = useTranslation("passing");
  const format = useFormat();
  const [doing, setDoing] = useState<"take" | "decline" | null>(null);
  const name = offer.from ? format.person(offer.from) : "—";
  const from = offer.from?.fingerprint;
  return (
    <div className="note" data-passing={offer.lost ? "lost" : "offered"}>
      <p>
        <strong>
          {offer.lost
            ? t(`left.${offer.lost.state}`, { name, at: format.dateTime(offer.lost.since) })
            : t("offeredBy", { name })}
        </strong>
      </p>
      <Counted count={offer} />
      {from && (
        <div className="buttons">
          <button type="button" className="button button-primary" onClick={() => setDoing("take")}>
            {t("take")}
          </button>
          {!offer.lost && (
            <button type="button" className="button" onClick={() => setDoing("decline")}>
              {t("decline")}
            </button>
          )}
        </div>
      )}
      {doing === "take" && from && (
        <TakeDialog
          from={from}
          name={name}
          alone={offer.lost !== null}
          onClose={() => setDoing(null)}
        />
      )}
      {doing === "decline" && from && (
        <EndDialog title={t("decline")} other={from} onClose={() => setDoing(null)} />
      )}
    </div>
  );
}

function TakeDialog({
  from,
  name,
  alone,
  onClose,
}: {
  from: string;
  name: string;
  alone: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("passing");
  const [tried, setTried] = useState(false);
  const { complete, confirmed, fields } = useConfirmation();
  const sign = usePassingAct(() => confirmed((confirmation) => passing.take(from, confirmation)));
  return (
    <ConfirmDialog
      title={t("takeOverFrom", { name })}
      confirm={t("sign")}
      busy={sign.isPending}
      error={sign.error}
      onConfirm={() => {
        setTried(true);
        if (complete) sign.mutate(undefined, { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <p>{t("takeText", { name })}</p>
      {alone && <p>{t("aloneText")}</p>}
      {fields(tried)}
    </ConfirmDialog>
  );
}
