import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { ProblemNote } from "../../parts/ProblemNote";
import { FileButton } from "../../parts/FileButton";
import { registry } from "../client";
import { useImports, useRegistryStatus } from "../queries";
import { useAct } from "../useAct";
import { ImportCard } from "./ImportCard";

/** A certificate for every row of a file: with progress, and going on where it stopped. */
export function ImportsPage(): ReactElement {
  const { t } = useTranslation("registry");
  const fourEyes = useRegistryStatus().data?.four_eyes ?? false;
  const imports = useImports();
  const [file, setFile] = useState<File | null>(null);
  return (
    <section className="stack">
      <h1>{t("imports.title")}</h1>
      <div className="card stack">
        <p>{t("imports.hint")}</p>
        {fourEyes && <p className="quiet">{t("imports.fourEyes")}</p>}
        <details>
          <summary>{t("imports.format")}</summary>
          <p className="quiet">{t("imports.columns")}</p>
        </details>
        <div className="buttons">
          <FileButton
            label={t("imports.file")}
            name="import"
            accept=".csv,text/csv"
            busy={file !== null}
            onFile={setFile}
          />
        </div>
      </div>
      {file && <StartDialog file={file} onClose={() => setFile(null)} />}
      {imports.isError && (
        <ProblemNote error={imports.error} onRetry={() => void imports.refetch()} />
      )}
      {imports.data?.length === 0 && <p className="empty">{t("imports.none")}</p>}
      {imports.data?.map((one) => (
        <ImportCard key={one.sha256} one={one} />
      ))}
    </section>
  );
}

function StartDialog({ file, onClose }: { file: File; onClose: () => void }): ReactElement {
  const { t } = useTranslation("registry");
  const format = useFormat();
  const store = useAct(() => registry.storeImport(file));
  return (
    <ConfirmDialog
      title={t("imports.title")}
      confirm={t("imports.start")}
      busy={store.isPending}
      error={store.error}
      onCancel={onClose}
      onConfirm={() => store.mutate(undefined, { onSuccess: onClose })}
    >
      <p>
        <strong>{file.name}</strong> ({format.bytes(file.size)})
      </p>
      <p>{t("imports.means")}</p>
    </ConfirmDialog>
  );
}
