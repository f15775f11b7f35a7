import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Words } from "../../parts/Words";
import { files } from "../client";
import type { EvidenceLabel } from "./types";

/** An image as large as it is, turned as it must be to be read. */
export function EvidenceViewer({
  id,
  index,
  label,
  onClose,
}: {
  id: string;
  index: number;
  label: EvidenceLabel;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [quarter, setQuarter] = useState(0);
  const [whole, setWhole] = useState(true);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog viewer-dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="title-row">
        <h2 id={titleId}>
          {t(`evidence.kind.${label.kind}`)} <span className="quiet">{label.name}</span>
        </h2>
        <span className="spacer" />
        <button
          type="button"
          className="button button-quiet"
          onClick={() => setQuarter((quarter + 1) % 4)}
        >
          {t("evidence.turn")}
        </button>
        <button
          type="button"
          className="button button-quiet"
          aria-pressed={!whole}
          onClick={() => setWhole(!whole)}
        >
          {t(whole ? "evidence.actual" : "evidence.fit")}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t("evidence.close")}
        </button>
      </div>
      {broken ? (
        <p className="note note-problem">
          <Words>{t("evidence.broken")}</Words>
        </p>
      ) : (
        // Scrolled by keyboard too.
        <div className={whole ? "viewer-stage" : "viewer-stage viewer-actual"} tabIndex={0}>
          <img
            className={`turn-${quarter}`}
            src={files.evidence(id, index)}
            alt={t("evidence.open", { kind: t(`evidence.kind.${label.kind}`), name: label.name })}
            onError={() => setBroken(true)}
          />
        </div>
      )}
    </dialog>
  );
}
