import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { address, segment } from "../backend/client";
import { acts } from "../backend/duties";
import { KEEP_GROUNDS, type Erasure } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { href } from "../route";

const ENDED = ["closed", "withdrawn", "declined"];

/** The others are asked to erase their copies when a case has ended; each answers with a certificate or a reason. */
export function Erasures({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("absence");
  const [asking, setAsking] = useState(false);
  const waits = detail.erasures.some((one) => one.waits_for.length > 0);
  const asks = detail.role === "requesting" && ENDED.includes(detail.state) && !waits;
  const may = asks && !detail.frozen;
  if (detail.erasures.length === 0 && !may) return null;
  return (
    <section className="card" aria-labelledby="erasures-title">
      <h2 id="erasures-title">{t("erasure.title")}</h2>
      {detail.erasures.map((one) => (
        <Asked key={one.entry_id} asked={one} detail={detail} />
      ))}
      {may && (
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t("erasure.ask")}
        </button>
      )}
      {asking && <Ask detail={detail} onClose={() => setAsking(false)} />}
    </section>
  );
}

function Asked({ asked, detail }: { asked: Erasure; detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const name = (who: Erasure["by"]) => (who ? format.person(who) : "—");
  return (
    <article data-erasure={asked.entry_id}>
      <p>
        {t("erasure.asked", { name: name(asked.by), at: format.dateTime(asked.at) })} {asked.reason}
      </p>
      <ul>
        {asked.answers.map((one) => (
          <li key={one.entry_id} data-outcome={one.outcome}>
            {one.outcome === "erased"
              ? t("erasure.erased", {
                  name: name(one.by),
                  at: one.erased_at ? format.dateTime(one.erased_at) : "—",
                })
              : t("erasure.kept", {
                  name: name(one.by),
                  ground: one.ground ? t(`erasure.ground.${one.ground}`) : "—",
                  reason: one.reason,
                })}{" "}
            {one.outcome === "erased" && (
              <a
                href={address(
                  `/cases/${segment(detail.case_id)}/erase-answers/${segment(one.entry_id)}/certificate`,
                )}
                download
              >
                {t("erasure.certificate", { number: one.certificate })}
              </a>
            )}
          </li>
        ))}
        {asked.waits_for.map((who) => (
          <li key={who?.fingerprint ?? "?"} className="quiet">
            {t("erasure.waits", { name: name(who) })}
          </li>
        ))}
      </ul>
      {asked.for_me && <Answering asked={asked} detail={detail} />}
    </article>
  );
}

function Ask({ detail, onClose }: { detail: CaseDetail; onClose: () => void }): ReactElement {
  const { t } = useTranslation("absence");
  const [reason, setReason] = useState("");
  return (
    <SignDialog
      title={t("erasure.ask")}
      confirm={t("erasure.askNow")}
      complete={allSaid(reason)}
      act={() => acts.askErase(detail.case_id, reason.trim())}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{t("erasure.askText")}</p>
          <Prose
            label={t("erasure.why")}
            value={reason}
            onChange={setReason}
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}

/** First the study is deleted for good, as everything is; then its certificate goes back. Or it is kept, for a reason. */
function Answering({ asked, detail }: { asked: Erasure; detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("absence");
  const [open, setOpen] = useState<"erased" | "kept" | null>(null);
  const [ground, setGround] = useState<(typeof KEEP_GROUNDS)[number] | null>(null);
  const [reason, setReason] = useState("");
  const number = asked.deletion;
  const answered = asked.answers.length > 0;
  return (
    <div className="note">
      <p>{t(number === null ? "erasure.deleteFirst" : "erasure.deleted", { number })}</p>
      {number === null ? (
        <a className="button" href={href({ page: "retention" })}>
          {t("erasure.toRetention")}
        </a>
      ) : (
        <button type="button" className="button" onClick={() => setOpen("erased")}>
          {t("erasure.send")}
        </button>
      )}{" "}
      {!answered && (
        <button type="button" className="button" onClick={() => setOpen("kept")}>
          {t("erasure.keep")}
        </button>
      )}
      {open === "erased" && number !== null && (
        <SignDialog
          title={t("erasure.send")}
          confirm={t("erasure.send")}
          complete
          act={() => acts.answerErase(detail.case_id, asked.entry_id, { deletion: number })}
          onClose={() => setOpen(null)}
        >
          {() => <p>{t("erasure.sendText", { number })}</p>}
        </SignDialog>
      )}
      {open === "kept" && (
        <SignDialog
          title={t("erasure.keep")}
          confirm={t("erasure.keepNow")}
          complete={ground !== null && allSaid(reason)}
          act={() =>
            acts.answerErase(detail.case_id, asked.entry_id, {
              keep: { ground: ground ?? "other", reason: reason.trim() },
            })
          }
          onClose={() => setOpen(null)}
        >
          {(tried) => (
            <>
              <OneOf
                legend={t("erasure.groundLegend")}
                options={KEEP_GROUNDS}
                chosen={ground}
                onChoose={setGround}
                words={(one) => t(`erasure.ground.${one}`)}
              />
              {tried && ground === null && (
                <p className="note note-problem" role="alert">
                  {t("erasure.chooseGround")}
                </p>
              )}
              <Prose
                label={t("erasure.why")}
                value={reason}
                onChange={setReason}
                required
                tried={tried}
              />
            </>
          )}
        </SignDialog>
      )}
    </div>
  );
}
