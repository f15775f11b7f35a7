import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { files } from "../client";
import { EvidenceViewer } from "./EvidenceViewer";
import type { EvidenceLabel } from "./types";

/** The attachments. Images are shown in this page; a PDF is only ever saved: it comes from a stranger. */
export function EvidenceGallery({
  id,
  labels,
}: {
  id: string;
  labels: EvidenceLabel[];
}): ReactElement {
  const { t } = useTranslation("applications");
  const [open, setOpen] = useState<number | null>(null);
  return (
    <div className="card stack">
      <h2>{t("evidence.title")}</h2>
      {labels.length === 0 && <p className="quiet">{t("evidence.none")}</p>}
      <ul className="evidence">
        {labels.map((label, index) => (
          <li key={label.sha256 + label.name}>
            <Piece id={id} index={index} label={label} onOpen={() => setOpen(index)} />
          </li>
        ))}
      </ul>
      {open !== null && labels[open] && (
        <EvidenceViewer
          key={open}
          id={id}
          index={open}
          label={labels[open]}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

function Piece({
  id,
  index,
  label,
  onOpen,
}: {
  id: string;
  index: number;
  label: EvidenceLabel;
  onOpen: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const format = useFormat();
  const kind = t(`evidence.kind.${label.kind}`);
  const caption = (
    <span className="evidence-caption">
      <strong>{kind}</strong>
      <span className="quiet">
        {label.name} · {format.bytes(label.length)}
      </span>
    </span>
  );
  if (label.media_type === "application/pdf") {
    return (
      <a className="evidence-piece" href={files.evidence(id, index)} download data-evidence={index}>
        <span className="evidence-paper" aria-hidden="true">
          PDF
        </span>
        {caption}
        <span className="quiet">{t("evidence.pdf")}</span>
      </a>
    );
  }
  return (
    <button type="button" className="evidence-piece" onClick={onOpen} data-evidence={index}>
      <img src={files.evidence(id, index)} alt={t("evidence.open", { kind, name: label.name })} />
      {caption}
    </button>
  );
}
