import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { FileButton } from "../parts/FileButton";

/** A PKCS#10 request, PEM, of the file of this name. */
export interface RequestPem {
  name: string;
  pem: string;
}

/** The file with the request for a key. */
export function RequestFile({
  label,
  value,
  missing,
  onChange,
}: {
  label: string;
  value: RequestPem | null;
  missing: boolean;
  onChange: (value: RequestPem) => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const wrong = missing && value === null;
  return (
    <div className={wrong ? "field field-wrong" : "field"}>
      <FileButton
        label={label}
        name="request"
        accept=".pem,.csr"
        busy={false}
        onFile={(file) => void file.text().then((pem) => onChange({ name: file.name, pem }))}
      />
      <p className="field-note" role="status">
        {value?.name ?? t(wrong ? "request.missing" : "request.hint")}
      </p>
    </div>
  );
}
