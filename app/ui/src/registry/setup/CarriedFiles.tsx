import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { FileButton } from "../../parts/FileButton";
import { Words } from "../../parts/Words";
import { base64 } from "../keys/client";
import { SecretField } from "../keys/Secret";
import type { CarriedFolder } from "./client";

const FILES = ["root.pem", "issuing.pem", "issuing.key"] as const;

/** What was chosen of the folder, and what opens its key. */
export interface CarriedDraft {
  files: File[];
  passphrase: string;
}

export function isWhole({ files, passphrase }: CarriedDraft): boolean {
  return FILES.every((name) => files.some((file) => file.name === name)) && passphrase !== "";
}

export async function folderOf({ files, passphrase }: CarriedDraft): Promise<CarriedFolder> {
  const [root, issuing, key] = FILES.map(
    (name) => files.find((file) => file.name === name) ?? new File([], name),
  ) as [File, File, File];
  return {
    root: await root.text(),
    issuing: await issuing.text(),
    key: await base64(key),
    passphrase,
  };
}

/** Takes over a root and its issuing authority that were made on another computer. */
export function CarriedFiles({
  draft,
  tried,
  onChange,
}: {
  draft: CarriedDraft;
  tried: boolean;
  onChange: (draft: CarriedDraft) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const whole = FILES.every((name) => draft.files.some((file) => file.name === name));
  const commands = [
    `dokuei-registry root create --name "…" --out ceremony`,
    `dokuei-registry root split --key ceremony/root.key --cert ceremony/root.pem \\`,
    `    --shares 5 --threshold 3 --out pages`,
    `dokuei-registry root authority --key ceremony/root.key --cert ceremony/root.pem --out carried`,
  ];
  return (
    <>
      <p>{t("setUp.awayCommands")}</p>
      <pre className="code">{commands.join("\n")}</pre>
      <p>
        <Words>{t("setUp.awayFiles")}</Words>
      </p>
      <div className={tried && !whole ? "field field-wrong" : "field"}>
        <div className="buttons">
          <FileButton
            label={t("setUp.files")}
            name="carried"
            accept=".pem,.key"
            multiple
            busy={false}
            onFiles={(files) => onChange({ ...draft, files })}
          />
        </div>
        <p className="field-note" role="status">
          {whole
            ? t("setUp.filesChosen", { names: FILES.join(", ") })
            : tried || draft.files.length > 0
              ? t("setUp.filesMissing")
              : ""}
        </p>
      </div>
      <SecretField
        label={t("setUp.filesPassphrase")}
        name="carriedPassphrase"
        value={draft.passphrase}
        error={tried && draft.passphrase === "" ? t("secret.missing") : undefined}
        onChange={(passphrase) => onChange({ ...draft, passphrase })}
      />
    </>
  );
}
