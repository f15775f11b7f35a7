import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";
import { FileButton } from "../../parts/FileButton";
import { SecretField } from "./Secret";
import type { HandDraft } from "./hand";

/** Takes the root's key into the hand for one act: from its shares, a sealed file, or where it lies. */
export function HandFields({
  draft,
  keyHere,
  tried,
  onChange,
}: {
  draft: HandDraft;
  keyHere: boolean;
  tried: boolean;
  onChange: (draft: HandDraft) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const ways = (["shares", "file", "here"] as const).filter((way) => way !== "here" || keyHere);
  return (
    <>
      <p className="note">{t("roll.hereNote")}</p>
      <fieldset className="choices choices-tall">
        <legend>{t("hand.legend")}</legend>
        {ways.map((way) => (
          <label key={way}>
            <input
              type="radio"
              name="hand"
              checked={draft.by === way}
              onChange={() => onChange({ ...draft, by: way })}
            />
            <span>{t(`hand.${way}`)}</span>
          </label>
        ))}
      </fieldset>
      {draft.by === "shares" && (
        <Field
          label={t("hand.sharesLabel")}
          hint={t("hand.sharesHint")}
          error={tried && draft.shares.trim() === "" ? t("hand.missing") : undefined}
        >
          {(control) => (
            <textarea
              {...control}
              name="shares"
              className="code"
              rows={9}
              spellCheck={false}
              autoComplete="off"
              value={draft.shares}
              onChange={(event) => onChange({ ...draft, shares: event.target.value })}
            />
          )}
        </Field>
      )}
      {draft.by === "file" && (
        <div className={tried && !draft.file ? "field field-wrong" : "field"}>
          <FileButton
            label={t("hand.choose")}
            name="rootKey"
            accept=".key"
            busy={false}
            onFile={(file) => onChange({ ...draft, file })}
          />
          <p className="field-note" role="status">
            {draft.file
              ? t("hand.chosen", { name: draft.file.name })
              : tried && t("hand.missingFile")}
          </p>
        </div>
      )}
      {draft.by !== "shares" && (
        <SecretField
          label={t("hand.passphrase")}
          name="rootPassphrase"
          value={draft.passphrase}
          error={tried && draft.passphrase === "" ? t("hand.missing") : undefined}
          onChange={(passphrase) => onChange({ ...draft, passphrase })}
        />
      )}
    </>
  );
}
