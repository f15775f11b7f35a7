import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile, type Got } from "../backend/files";
import { segment } from "../backend/client";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";

const KINDS = {
  evidence: { path: "evidence.zip", name: "evidence.zip" },
  fhir: { path: "fhir", name: "consultation.fhir.json" },
} as const;

/** The consultation for others: as evidence that anybody verifies, and for systems that read FHIR. */
export function CaseExports({ detail }: { detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("report");
  return (
    <details className="card exports">
      <summary>{t("export.title")}</summary>
      <p className="quiet">{t("export.help")}</p>
      {(["evidence", "fhir"] as const).map((kind) => (
        <Export key={kind} caseId={detail.case_id} kind={kind} />
      ))}
    </details>
  );
}

function Export({ caseId, kind }: { caseId: string; kind: keyof typeof KINDS }): ReactElement {
  const { t } = useTranslation("report");
  const format = useFormat();
  const [got, setGot] = useState<Got | null>(null);
  const { path, name } = KINDS[kind];
  const made = useMutation({
    mutationFn: () => fetchFile(`/cases/${segment(caseId)}/${path}`, setGot),
    onSuccess: (file) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `${caseId.slice(0, 8)}-${name}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
    onSettled: () => setGot(null),
  });
  return (
    <div>
      <button
        type="button"
        className="button button-wide"
        disabled={made.isPending}
        onClick={() => made.mutate()}
      >
        {t(`export.${kind}`)}
      </button>
      <p className="quiet" role="status">
        {made.isPending && (got === null ? t("export.making") : format.bytes(got.bytes))}
        {made.isSuccess && `✓ ${t("export.done")}`}
      </p>
      {got?.of && <progress value={got.bytes} max={got.of} aria-label={t(`export.${kind}`)} />}
      {made.error && <ProblemNote error={made.error} />}
    </div>
  );
}
