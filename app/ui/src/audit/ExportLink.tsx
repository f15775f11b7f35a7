import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile } from "../backend/files";
import { ProblemNote } from "../parts/ProblemNote";

const NAMES = { csv: "audit.csv", fhir: "audit.fhir.ndjson", atna: "audit.atna.txt" } as const;

/** Writes out the rows that are looked for, as a file. */
export function ExportLink({
  format,
  query,
}: {
  format: keyof typeof NAMES;
  query: string;
}): ReactElement {
  const { t } = useTranslation("audit");
  const made = useMutation({
    mutationFn: () => fetchFile(`/audit/export/${format}${query}`, () => undefined),
    onSuccess: (file) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = NAMES[format];
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={made.isPending}
        onClick={() => made.mutate()}
      >
        {t(`export.${format}`)}
      </button>
      {made.error && <ProblemNote error={made.error} />}
    </>
  );
}
