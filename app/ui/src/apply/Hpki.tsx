import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { setup, statementFile } from "../backend/setup";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { base64Of } from "./evidence";

/** The node takes no larger countersignature. */
const MAX_SIGNATURE = 64 * 1024;

/** The holder of an HPKI card signs the application with it before it is sealed. */
export function Hpki({ id }: { id: string }): ReactElement {
  const { t } = useTranslation("apply");
  const [large, setLarge] = useState(false);
  const add = useMutation({
    mutationFn: async (file: File) => setup.countersign(id, await base64Of(file)),
  });
  return (
    <details className="hpki">
      <summary>{t("hpki.title")}</summary>
      <p>{t("hpki.explain")}</p>
      <div className="buttons">
        <a className="button" href={statementFile(id)} download={`dokuei-${id.slice(0, 12)}.bin`}>
          {t("hpki.save")}
        </a>
        <FileButton
          label={t("hpki.choose")}
          name="signature"
          accept=".p7s,.p7m,.der,.cms"
          busy={add.isPending}
          onFile={(file) => {
            setLarge(file.size > MAX_SIGNATURE);
            if (file.size <= MAX_SIGNATURE) add.mutate(file);
          }}
        />
      </div>
      {large && (
        <p className="note note-problem" role="alert">
          {t("hpki.large")}
        </p>
      )}
      {add.isSuccess && !large && (
        <p className="note note-ok" role="status">
          {t("hpki.added")}
        </p>
      )}
      {add.isError && <ProblemNote error={add.error} />}
    </details>
  );
}
