import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { typedAnswer } from "../backend/factor";
import {
  REASONS,
  retention,
  useKeepingAct,
  type Keeping,
  type Reason,
  type Subject,
} from "../backend/retention";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { Secret } from "../security/Secret";
import { Whose } from "./Whose";

/** How many characters at the end of an identifier are typed. */
const TYPED = 6;

/** Deletes something for good: a reason, the end of its identifier typed, passphrase and second factor, and those of a
 * second person where the house wants it. */
export function DeleteDialog({
  subject,
  text,
  until,
  kept,
  onClose,
}: {
  subject: Subject;
  text: string;
  until: string | null;
  kept: Keeping;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("retention");
  const format = useFormat();
  const identifier = "case_id" in subject ? subject.case_id : subject.study_instance_uid;
  const end = identifier.slice(-TYPED);
  const early = until !== null && until >= kept.today;
  const [reason, setReason] = useState<Reason | null>(early ? null : "kept_long_enough");
  const [why, setWhy] = useState("");
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const [first, setFirst] = useState({ passphrase: "", code: "" });
  const [second, setSecond] = useState({ id: "", passphrase: "", code: "" });
  const remove = useKeepingAct(async (chosen: Reason) => {
    const hers = await retention.prove(null, first.passphrase, typedAnswer(first.code));
    const other = kept.two_persons
      ? await retention.prove(second.id.trim(), second.passphrase, typedAnswer(second.code))
      : null;
    return retention.remove({
      ...subject,
      reason: chosen,
      why: why.trim(),
      early,
      confirm: typed,
      proof: hers.proof,
      second_proof: other?.proof ?? null,
    });
  });
  const bySecond = !kept.two_persons || allSaid(second.id, second.passphrase, second.code);
  const complete = typed === end && allSaid(why, first.passphrase, first.code) && bySecond;
  return (
    <ConfirmDialog
      title={t("deleteTitle")}
      confirm={t("deleteNow")}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        setTried(true);
        if (complete && reason) remove.mutate(reason, { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <Whose subject={subject} />
      <p>
        <code>{identifier}</code>
      </p>
      <p>{text}</p>
      <p className="note">{t("copies")}</p>
      {early && <p className="note note-problem">{t("earlyNote", { day: format.date(until) })}</p>}
      <OneOf
        legend={t("reasonLegend")}
        options={REASONS.filter((one) => !early || one !== "kept_long_enough")}
        chosen={reason}
        onChoose={setReason}
        words={(one) => t(`reason.${one}`)}
      />
      {tried && reason === null && (
        <p className="note note-problem" role="alert">
          {t("choose")}
        </p>
      )}
      <Prose label={t("why")} value={why} onChange={setWhy} required tried={tried} />
      <Prose
        label={t("confirm", { end })}
        rows={1}
        value={typed}
        onChange={setTyped}
        required
        tried={tried}
      />
      {tried && typed !== "" && typed !== end && (
        <p className="note note-problem" role="alert">
          {t("mistyped")}
        </p>
      )}
      <Proof
        labels={[t("passphrase"), t("code")]}
        value={first}
        onChange={(value) => setFirst(value)}
      />
      {kept.two_persons && (
        <>
          <Prose
            label={t("second")}
            rows={1}
            value={second.id}
            onChange={(id) => setSecond({ ...second, id })}
            required
            tried={tried}
          />
          <Proof
            labels={[t("secondPassphrase"), t("secondCode")]}
            value={second}
            onChange={(value) => setSecond({ ...second, ...value })}
          />
        </>
      )}
    </ConfirmDialog>
  );
}

interface Typed {
  passphrase: string;
  code: string;
}

/** Passphrase and code of somebody who signs. */
function Proof({
  labels: [passphrase, code],
  value,
  onChange,
}: {
  labels: [string, string];
  value: Typed;
  onChange: (value: Typed) => void;
}): ReactElement {
  return (
    <>
      <Secret
        label={passphrase}
        kind="current-password"
        value={value.passphrase}
        onChange={(typed) => onChange({ code: value.code, passphrase: typed })}
      />
      <Secret
        label={code}
        kind="one-time-code"
        value={value.code}
        onChange={(typed) => onChange({ passphrase: value.passphrase, code: typed })}
      />
    </>
  );
}
