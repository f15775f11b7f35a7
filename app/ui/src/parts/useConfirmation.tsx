import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { askedBy, isTyped, typedAnswer, type FactorAsked } from "../backend/factor";
import type { Confirmation } from "../backend/together";
import { Field } from "./Field";

/** Asks whoever signs for her passphrase, and for the second factor once the node has asked for it. */
export function useConfirmation(): {
  complete: boolean;
  /** Does the act with what was given; what the second factor is asked is asked here. */
  confirmed: (act: (confirmation: Confirmation) => Promise<unknown>) => Promise<unknown>;
  fields: (tried: boolean) => ReactElement;
} {
  const { t } = useTranslation(["together", "translation"]);
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState<FactorAsked | null>(null);
  const missing = (value: string, tried: boolean) =>
    tried && value === "" ? t("translation:field.required") : undefined;
  return {
    complete: passphrase !== "" && (asked === null || code !== ""),
    confirmed: async (act) => {
      const answer = typedAnswer(code, asked);
      try {
        return await act({ passphrase, second_factor: answer });
      } catch (error) {
        // A code is good once; a device is asked anew.
        setCode("");
        const anew = askedBy(error instanceof Error ? error : null);
        if (anew) setAsked(anew);
        throw error;
      }
    },
    fields: (tried) => (
      <fieldset className="confirmation">
        <legend>{t("confirm.why")}</legend>
        <Field label={t("confirm.passphrase")} required error={missing(passphrase, tried)}>
          {(control) => (
            <input
              {...control}
              type="password"
              autoComplete="current-password"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
            />
          )}
        </Field>
        {asked && (
          <Field
            label={t("confirm.code")}
            hint={t(
              isTyped(asked)
                ? "translation:signIn.codeHint"
                : "translation:signIn.recoveryCodeOnly",
            )}
            required
          >
            {(control) => (
              <input
                {...control}
                autoFocus
                autoComplete="one-time-code"
                spellCheck={false}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        )}
      </fieldset>
    ),
  };
}
