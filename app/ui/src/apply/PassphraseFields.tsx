import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { setup } from "../backend/setup";
import type { Verdict } from "../backend/setupTypes";
import { describe } from "../parts/ProblemNote";
import { problemOf } from "../backend/problem";
import { Field } from "../parts/Field";
import { Secret } from "../security/Secret";
import type { Draft } from "./draft";

export interface Passphrase {
  typed: string;
  again: string;
  /** Of a second factor; null while none is asked for. */
  code: string | null;
}

/** Whether it may be used: chosen well and typed twice, or simply typed when her keys exist already. */
export function useVerdict(draft: Draft, passphrase: Passphrase, isNew: boolean) {
  const typed = useDeferredValue(passphrase.typed);
  const judged = useQuery({
    // Never kept: a passphrase stays in no cache longer than it is looked at.
    queryKey: ["passphrase", draft.id, typed],
    queryFn: () =>
      setup.judgePassphrase({
        id: draft.id,
        name_ja: draft.nameJa,
        name_latin: draft.nameLatin,
        passphrase: typed,
      }),
    enabled: isNew && typed !== "",
    gcTime: 0,
  });
  const verdict = typed === passphrase.typed ? judged.data : undefined;
  const good = isNew
    ? verdict?.acceptable === true && passphrase.typed === passphrase.again
    : passphrase.typed !== "";
  return { verdict, good, error: judged.error };
}

/** A new passphrase, judged by the node as it is typed; or the one that opens her keys. */
export function PassphraseFields({
  draft,
  isNew,
  passphrase,
  verdict,
  onChange,
}: {
  draft: Draft;
  isNew: boolean;
  passphrase: Passphrase;
  verdict: Verdict | undefined;
  onChange: (part: Partial<Passphrase>) => void;
}): ReactElement {
  const { t, i18n } = useTranslation("apply");
  const name = i18n.language === "en" ? draft.nameLatin : draft.nameJa;
  const differs = passphrase.again !== "" && passphrase.again !== passphrase.typed;
  return (
    <section className="card">
      <h3>{t("review.passphrase")}</h3>
      <p className="quiet">
        {isNew
          ? t("review.passphraseExplain", { name: name || draft.id })
          : t("review.passphraseKnown", { id: draft.id })}
      </p>
      <div className="pair">
        <Field
          label={t("signIn.passphrase", { ns: "translation" })}
          required
          {...(isNew ? { hint: t("security.ruleAlone", { ns: "translation" }) } : {})}
        >
          {(control) => (
            <input
              {...control}
              name="passphrase"
              type="password"
              autoComplete={isNew ? "new-password" : "current-password"}
              value={passphrase.typed}
              onChange={(event) => onChange({ typed: event.target.value })}
            />
          )}
        </Field>
        {isNew && (
          <Field
            label={t("review.again")}
            required
            error={differs ? t("review.differs") : undefined}
          >
            {(control) => (
              <input
                {...control}
                name="passphrase-again"
                type="password"
                autoComplete="new-password"
                value={passphrase.again}
                onChange={(event) => onChange({ again: event.target.value })}
              />
            )}
          </Field>
        )}
        {!isNew && passphrase.code !== null && (
          <Secret
            label={t("review.code")}
            kind="one-time-code"
            value={passphrase.code}
            onChange={(code) => onChange({ code })}
          />
        )}
      </div>
      {isNew && passphrase.typed !== "" && <Strength verdict={verdict} />}
    </section>
  );
}

function Strength({ verdict }: { verdict: Verdict | undefined }): ReactElement {
  const { t } = useTranslation();
  if (!verdict) return <p className="quiet">{t("review.judging", { ns: "apply" })}</p>;
  if (verdict.acceptable)
    return (
      <p className="strength strength-good" role="status">
        ✓ {t("review.strong", { ns: "apply" })}
      </p>
    );
  const { detail, next } = describe(
    problemOf(422, {
      code: verdict.code ?? "",
      detail: verdict.detail ?? "",
      detail_ja: verdict.detail_ja ?? "",
      next: "",
    }),
    t,
  );
  return (
    <p className="strength strength-weak" role="status" data-code={verdict.code}>
      {detail} {next}
    </p>
  );
}
